import { textWidth } from '../drawing/text-width.js';

/** Room for the name of a bar, px. */
export const barLabelWidth = 200;

/** Bars become thinner where they are so many that the plot would be longer than this, px. */
const longest = 1600;

/** What {@link barSizes} goes by. */
interface Bars {
  /** Places along the axis of names. */
  readonly count: number;
  /** Bars side by side in each. */
  readonly series: number;
  readonly isHorizontal: boolean;
  /** What is written at the bars; nothing for none. */
  readonly texts: readonly string[];
  /** Length of the axis of names where it is given, px. */
  readonly across: number | undefined;
}

/** Length of the axis of names, thickness of a bar, and size of the numbers at bars: none where even small ones would touch. */
export function barSizes({ count, series, isHorizontal, texts, across }: Bars) {
  const widest = Math.max(0, ...texts.map((text) => textWidth(text, 1)));
  // Side by side the written values need more room than one above the other.
  const wanted =
    !isHorizontal && widest > 0
      ? Math.max(38, Math.min(90, widest * 10.5 + 6))
      : Math.max(14, Math.min(26, 44 / series));
  const band = Math.min(wanted * series + 8, Math.max(longest / count, 9 * series + 3));
  const length = across ?? Math.max(60, count * band);
  const lane = length / count / series;
  const fontSize =
    widest === 0
      ? undefined
      : [10.5, 9.5, 8.5, 7.5].find((size) => (isHorizontal ? size * 1.15 : widest * size + 2) <= lane);
  return { length, thickness: lane * 0.75, fontSize };
}

/**
 * The ends of the axis of values: bars grow from 0, dots have room on both sides, and what is written beside a bar below 0 stays within the
 * plot, off the names.
 *
 * @param written - ends of bars below 0 and the room that their texts need, px
 * @param length - of the axis, px
 */
export function valueDomain(
  [min, max]: readonly [number, number],
  marks: 'bars' | 'dots',
  written: readonly { readonly end: number; readonly room: number }[],
  length: number,
): [number, number] {
  const [low, high] = marks === 'bars' ? barDomain([min, max]) : widened([min, max]);
  const lows = written.map(({ end, room }) => {
    const share = Math.min(0.6, room / length);
    return (end - share * high) / (1 - share);
  });
  return [Math.min(low, ...lows), high];
}

/** Dots do not grow from 0: room on both sides is enough. */
function widened([min, max]: readonly [number, number]): [number, number] {
  const room = (max - min) * 0.05;
  return [min - room, max + room];
}

/** Bars grow from 0, and the longest leaves room for its number. */
function barDomain([min, max]: readonly [number, number]): [number, number] {
  const low = Math.min(0, min);
  const high = Math.max(0, max);
  return low === high ? [0, 1] : [low * 1.08, high * 1.08];
}
