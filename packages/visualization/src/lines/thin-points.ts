/** A place on a chart; `null` is a gap. */
export interface Place {
  readonly x: number;
  readonly y: number | null;
  /** Ends of the spread around `y`. */
  readonly low?: number | null;
  readonly high?: number | null;
}

/** More points than this and a line is thinned: a chart has fewer pixels. */
const limit = 4000;

/**
 * A long line with fewer points and the same look: of each run of neighbours the first, lowest, highest and last
 * are kept, and one gap where there are gaps, so that no spike is lost.
 *
 * @param places - sorted by x
 */
export function thinPoints(places: readonly Place[]): readonly Place[] {
  if (places.length <= limit) return places;
  const size = Math.ceil(places.length / (limit / 5));
  const kept: Place[] = [];
  for (let start = 0; start < places.length; start += size) {
    const end = Math.min(start + size, places.length);
    const picks = new Set([start, end - 1]);
    let low = -1;
    let high = -1;
    let gap = -1;
    for (let i = start; i < end; i++) {
      const y = places[i]!.y;
      if (y === null) gap = gap < 0 ? i : gap;
      else {
        if (low < 0 || y < places[low]!.y!) low = i;
        if (high < 0 || y > places[high]!.y!) high = i;
      }
    }
    for (const pick of [low, high, gap]) if (pick >= 0) picks.add(pick);
    kept.push(...[...picks].sort((a, b) => a - b).map((i) => places[i]!));
  }
  return kept;
}
