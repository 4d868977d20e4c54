import { EspalierError } from '@espalier/core';
import type { DecisionGrid } from './decision-grid.js';
import type { Numbers } from '../drawing/matrix.js';
import { hexAt } from '../drawing/palette.js';
import { palettePng } from '../drawing/png-address.js';
import { regionColor, theme } from '../drawing/theme.js';

/** Steps of paleness within a class; fewer where there are many classes, for a palette has 256 colours. */
const STEPS = 8;

/** How a grid is divided between classes: a picture, and the class of a place. */
export function regionsOf(
  { columns, rows, x: [left, right], y: [bottom, top] }: DecisionGrid,
  probabilities: Numbers,
): {
  readonly classes: number;
  classAt(x: number, y: number): number;
  readonly png: string;
  /** A place in the region of each class that has one: of its cells that which is closest to their mean. */
  readonly middles: readonly { readonly x: number; readonly y: number; readonly label: number }[];
} {
  const cells = columns * rows;
  const width = probabilities.length / cells;
  if (!Number.isInteger(width) || width < 1)
    refuse(
      `probabilities must be [rows * columns, C] with rows * columns = ${cells}, got ${probabilities.length} numbers.`,
    );
  const classes = Math.max(2, width);
  if (classes > 255) refuse(`${classes} classes cannot be told apart: the most is 255.`);
  const best = new Uint8Array(cells);
  const pixels = new Uint8Array(cells);
  const steps = Math.max(1, Math.min(STEPS, Math.floor(255 / classes)));
  for (let cell = 0; cell < cells; cell++) {
    let [at, largest] = [0, -1];
    for (let c = 0; c < classes; c++) {
      const p = probabilities[cell * width + Math.min(c, width - 1)]!;
      if (!(p >= -1e-6 && p <= 1 + 1e-6))
        refuse(`probabilities must lie between 0 and 1, got ${p}: put the logits through a softmax.`);
      const value = width === 1 && c === 0 ? 1 - p : p;
      if (value > largest) [at, largest] = [c, value];
    }
    best[cell] = at;
    // From an even chance to certainty.
    const sure = Math.min(1, Math.max(0, (largest - 1 / classes) / (1 - 1 / classes)));
    pixels[cell] = at * steps + Math.min(steps - 1, Math.floor(sure * steps));
  }
  const palette = Array.from({ length: classes * steps }, (_, i) =>
    hexAt(
      [theme.paper, regionColor(Math.floor(i / steps))],
      0.12 + (0.38 * ((i % steps) + 1)) / Math.max(1, steps),
    ),
  );
  const index = (share: number, count: number): number =>
    Math.min(count - 1, Math.max(0, Math.floor(share * count)));
  return {
    classes,
    classAt: (x, y) =>
      best[index((top - y) / (top - bottom), rows) * columns + index((x - left) / (right - left), columns)]!,
    png: palettePng(pixels, columns, rows, palette),
    middles: middleCells(best, columns, classes).map(({ cell, label }) => ({
      x: left + (((cell % columns) + 0.5) / columns) * (right - left),
      y: top - ((Math.floor(cell / columns) + 0.5) / rows) * (top - bottom),
      label,
    })),
  };
}

function middleCells(
  best: Uint8Array,
  columns: number,
  classes: number,
): { readonly cell: number; readonly label: number }[] {
  const sums = Array.from({ length: classes }, () => ({ count: 0, x: 0, y: 0, nearest: Infinity, cell: 0 }));
  best.forEach((label, cell) => {
    const sum = sums[label]!;
    sum.count++;
    sum.x += cell % columns;
    sum.y += Math.floor(cell / columns);
  });
  best.forEach((label, cell) => {
    const sum = sums[label]!;
    const [x, y] = [(cell % columns) - sum.x / sum.count, Math.floor(cell / columns) - sum.y / sum.count];
    if (x * x + y * y < sum.nearest) Object.assign(sum, { nearest: x * x + y * y, cell });
  });
  return sums.flatMap(({ count, cell }, label) => (count === 0 ? [] : [{ cell, label }]));
}

function refuse(message: string): never {
  throw new EspalierError({ code: 'invalid-data', scope: 'decision-boundary', message });
}
