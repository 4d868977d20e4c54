import { textWidth } from './text-width.js';

const sizes = [11, 10, 9, 8];
const tilt = 40;

/** Labels below an axis that are as short as this stay level: of narrow ones every second, third, ... is written. */
const short = 30;

/**
 * How an axis of names is labelled so that no two labels touch: as large as fits; below an axis tilted or upright where they are wide; every
 * second, third, ... of more than fit even then.
 *
 * @param names - the labels in their order
 * @param length - of the axis, px
 * @param side - `x` below the plot, `y` beside it
 * @param keys - the values of the axis behind the labels
 */
export function categoryLabels(
  names: readonly string[],
  length: number,
  side: 'x' | 'y',
  keys: readonly (string | number)[] = names,
) {
  const band = length / names.length;
  const widest = Math.max(0, ...names.map((name) => textWidth(name, 1)));
  const level = (size: number): number => widest * size + 6;
  const tilted = (size: number): number => (size * 1.25) / Math.sin((tilt / 180) * Math.PI);
  const lines = (size: number): number => size * 1.2;
  const ways: readonly (readonly [angle: number, need: (size: number) => number])[] =
    side === 'y'
      ? [[0, lines]]
      : level(sizes[1]!) <= short
        ? [[0, level]]
        : [
            [0, (size) => (size < sizes[1]! ? Infinity : level(size))],
            [-tilt, tilted],
            [-90, lines],
          ];
  const fits = ways.flatMap(([angle, need]) =>
    sizes.flatMap((size) => (need(size) <= band ? [{ angle, size }] : [])),
  );
  const [angle, need] = ways.at(-1)!;
  const { angle: labelAngle, size: labelFontSize } = fits[0] ?? { angle, size: sizes[1]! };
  const every = fits.length > 0 ? 1 : Math.ceil(need(labelFontSize) / band);
  return {
    labelFontSize,
    labelLimit: 0,
    labelOverlap: false,
    ...(side === 'x' && { labelAngle }),
    ...(every > 1 && { values: keys.filter((_, i) => i % every === 0) }),
  };
}
