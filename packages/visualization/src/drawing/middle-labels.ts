import { textWidth } from './text-width.js';

/** A point of a class. */
interface ClassPoint {
  readonly x: number;
  readonly y: number;
  /** Its class, from 0. */
  readonly label: number;
}

interface Plane {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  /** In px. */
  readonly width: number;
  readonly height: number;
}

const [fontSize, lineHeight] = [11, 13];

/** The name of each class at the median of its points; of names that would lie on each other, those of the larger classes. */
export function middleLabels(
  points: readonly ClassPoint[],
  names: readonly string[],
  { x, y, width, height }: Plane,
): { readonly x: number; readonly y: number; readonly name: string }[] {
  const groups = new Map<number, ClassPoint[]>();
  for (const point of points) {
    const group = groups.get(point.label);
    if (group) group.push(point);
    else groups.set(point.label, [point]);
  }
  const taken: { readonly left: number; readonly right: number; readonly top: number }[] = [];
  const placed: { readonly x: number; readonly y: number; readonly name: string }[] = [];
  for (const [label, group] of [...groups].sort((a, b) => b[1].length - a[1].length || a[0] - b[0])) {
    const name = names[label]!;
    const half = textWidth(name, fontSize * 1.1) / 2 + 2;
    const inside = Math.min(
      Math.max(across(median(group.map((one) => one.x)), x) * width, half),
      width - half,
    );
    const top = (1 - across(median(group.map((one) => one.y)), y)) * height;
    const box = { left: inside - half, right: inside + half, top };
    const free = taken.every(
      (other) =>
        box.right < other.left || box.left > other.right || Math.abs(box.top - other.top) > lineHeight,
    );
    if (!free) continue;
    taken.push(box);
    placed.push({ x: x[0] + (inside / width) * (x[1] - x[0]), y: median(group.map((one) => one.y)), name });
  }
  return placed;
}

const across = (value: number, [low, high]: readonly [number, number]): number =>
  (value - low) / (high - low);

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  return values[Math.floor((values.length - 1) / 2)]!;
}
