import { EspalierError, option, readOptions } from '@espalier/core';
import { pair } from '../drawing/check-chart.js';
import { extent } from '../drawing/domain.js';

/** Points of a plane in rows and columns, at which a model is asked. */
export interface DecisionGrid {
  /** Ends of the horizontal axis, lower first. */
  readonly x: readonly [number, number];
  /** Ends of the vertical axis. */
  readonly y: readonly [number, number];
  readonly columns: number;
  readonly rows: number;
}

/** Options of {@link decisionGrid}. */
export interface DecisionGridOptions {
  /** `[x, y]` of data that the grid is to cover, with a tenth of their extent on each side. */
  readonly around?: readonly (readonly [number, number])[];
  /** Ends of the horizontal axis, lower first. Default: those of the data; without data it is required. */
  readonly x?: readonly [number, number];
  /** Ends of the vertical axis likewise. */
  readonly y?: readonly [number, number];
  /** Points across, 2 to 1,000. Default 100. */
  readonly columns?: number;
  /** Points down, 2 to 1,000. Default: as `columns`. */
  readonly rows?: number;
}

/**
 * A grid over a plane, and its points as the inputs of a model: what {@link decisionBoundary} draws the answers of.
 *
 * @returns the grid, with `inputs` `[rows * columns, 2]`, row by row from the top left, each point in the middle of its cell
 * @throws EspalierError `invalid-option`; `invalid-data` without ends and data
 * @example
 * ```ts
 * import { decisionGrid } from '@espalier/visualization';
 *
 * const { inputs } = decisionGrid({ x: [0, 1], y: [0, 1], columns: 2 });
 * console.log(inputs.join(' ')); // 0.25 0.75 0.75 0.75 0.25 0.25 0.75 0.25
 * ```
 */
export function decisionGrid(options: DecisionGridOptions): DecisionGrid & { readonly inputs: Float32Array } {
  const { around, x, y, columns, rows } = readOptions('decision-grid', options, {
    around: option.custom<readonly (readonly [number, number])[], { readonly optional: true }>({
      optional: true,
      expected: 'an array of [x, y], finite',
      accepts: (value) => Array.isArray(value) && value.length > 0 && value.every(isPlace),
      toJson: (points) => points.length,
    }),
    x: pair(),
    y: pair(),
    columns: option.integer({ min: 2, max: 1000, default: 100 }),
    rows: option.integer({ min: 2, max: 1000, optional: true }),
  }).values;
  const ends = (axis: 0 | 1, given: readonly [number, number] | undefined): readonly [number, number] => {
    const name = axis === 0 ? 'x' : 'y';
    if (given) return given[0] < given[1] ? given : refuse(`${name} must have its lower end first.`);
    const [low, high] =
      extent((around ?? []).map((point) => point[axis])) ??
      refuse(`give the ends of ${name}, or the points that the grid is to lie around.`);
    const room = high > low ? (high - low) * 0.1 : Math.max(Math.abs(low) * 0.1, 1);
    return [low - room, high + room];
  };
  const grid = { x: ends(0, x), y: ends(1, y), columns, rows: rows ?? columns };
  const inputs = new Float32Array(grid.rows * columns * 2);
  for (let row = 0; row < grid.rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = 2 * (row * columns + column);
      inputs[at] = grid.x[0] + ((column + 0.5) * (grid.x[1] - grid.x[0])) / columns;
      inputs[at + 1] = grid.y[1] - ((row + 0.5) * (grid.y[1] - grid.y[0])) / grid.rows;
    }
  }
  return { ...grid, inputs };
}

/** True for two finite numbers. */
export function isPlace(value: unknown): value is readonly [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every((one) => Number.isFinite(one));
}

function refuse(message: string): never {
  throw new EspalierError({ code: 'invalid-data', scope: 'decision-grid', message });
}
