import { failData, formatShape } from '@espalier/core/internal';

type Shape = readonly (number | null)[];

/**
 * Checks that there is one target for each row of the outputs `[N, ..., width]`: targets are `[N, ...]` or `[N, ..., 1]`.
 *
 * @param meaning What the `width` outputs are, for the message.
 * @throws EspalierError `invalid-data`.
 */
export function checkOneTarget(
  scope: string,
  meaning: string,
  width: number,
  outputs: Shape,
  targets: Shape,
): void {
  // One output for each example may come without an axis of its own.
  const places = outputs.length === 1 && width === 1 ? outputs : outputs.slice(0, -1);
  const own = outputs.length === 1 ? 1 : outputs.at(-1);
  const given = targets.length > places.length && targets.at(-1) === 1 ? targets.slice(0, -1) : targets;
  const fits =
    given.length === places.length && given.every((size, i) => size === places[i] || places[i] === null);
  if ((own === width || own === null) && places.length > 0 && fits) return;
  failData(
    scope,
    `outputs must be [N, ..., ${width}], ${meaning}, and targets [N, ...] or [N, ..., 1] with the same sizes between, ` +
      `got ${formatShape(outputs)} and ${formatShape(targets)}.`,
  );
}
