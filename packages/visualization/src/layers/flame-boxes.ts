import { formatNumber } from '../drawing/text.js';
import { timeUnit } from '../drawing/time-unit.js';

/** Time in one part of a run, and in the parts of it: what `profile()` of `@espalier/callbacks`' `profiler` gives. */
export interface ProfilePart {
  readonly name: string;
  /** Seconds, those of the children included; >= 0. */
  readonly seconds: number;
  /** How often. */
  readonly calls: number;
  readonly children: readonly ProfilePart[];
}

/** A part and where it lies. */
export interface FlameBox {
  readonly part: ProfilePart;
  /** Rows above it. */
  readonly depth: number;
  /** Which child of the whole it belongs to. */
  readonly branch: number;
  /** Seconds from the left. */
  readonly from: number;
  readonly to: number;
}

/** Places for all parts that are seen at `width` px, each below the part that it is of. */
export function flameBoxes(
  profile: ProfilePart,
  width: number,
): { readonly boxes: readonly FlameBox[]; readonly hidden: number; readonly narrowed: boolean } {
  const boxes: FlameBox[] = [];
  const least = profile.seconds / (2 * width);
  let hidden = 0;
  let narrowed = false;
  const put = (part: ProfilePart, depth: number, branch: number, from: number, to: number): void => {
    if (to - from < least) {
      hidden += countOf(part);
      return;
    }
    boxes.push({ part, depth, branch, from, to });
    const together = part.children.reduce((sum, { seconds }) => sum + seconds, 0);
    const room = to - from;
    const scale = together > 0 ? Math.min(room / together, room / part.seconds) : 1;
    // A billionth is rounding.
    if (together > part.seconds * (1 + 1e-9)) narrowed = true;
    let at = from;
    part.children.forEach((child, i) => {
      const end = Math.min(to, at + child.seconds * scale);
      put(child, depth + 1, depth === 0 ? i : branch, at, end);
      at = end;
    });
  };
  put(profile, 0, 0, 0, profile.seconds);
  return { boxes, hidden, narrowed };
}

function countOf(part: ProfilePart): number {
  return part.children.reduce((sum, child) => sum + countOf(child), 1);
}

/** A time in the unit that suits it, three digits: `1.23 s`, `45.6 ms`, `7.89 µs`, `3.5 h`. */
export function secondsText(seconds: number): string {
  const unit = timeUnit(seconds);
  const value = Number((seconds / unit.size).toPrecision(3));
  return `${value >= 1000 ? Math.round(seconds / unit.size) : formatNumber(value)} ${unit.short}`;
}
