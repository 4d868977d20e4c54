import type { RandomStream } from '@espalier/core';

/** How a column of a table of points varies: a number in [0, 1), or one of so many values `0 .. values - 1`. */
export type Column = { readonly kind: 'number' } | { readonly kind: 'choice'; readonly values: number };

/** A split: to the left numbers below `at`, or the one value `at` of a choice. */
export type TreeNode =
  | { readonly leaf: true; readonly value: number }
  | {
      readonly leaf: false;
      readonly column: number;
      readonly at: number;
      readonly left: TreeNode;
      readonly right: TreeNode;
    };

/** Points and their values; `rows` says which of them count, one may come several times. */
export interface Table {
  readonly columns: readonly Column[];
  readonly points: readonly (readonly number[])[];
  readonly values: readonly number[];
}

/** A tree that is split until its leaves are pure, each time where the squared error falls most. */
export function growTree(table: Table, rows: readonly number[]): TreeNode {
  const { values, points, columns } = table;
  const mean = rows.reduce((sum, row) => sum + values[row]!, 0) / rows.length;
  if (rows.every((row) => values[row] === values[rows[0]!])) return { leaf: true, value: mean };
  let best: { readonly gain: number; readonly column: number; readonly at: number } | undefined;
  columns.forEach((column, index) => {
    const split =
      column.kind === 'number' ? numberSplit(table, rows, index) : choiceSplit(table, rows, index);
    if (split && (!best || split.gain > best.gain)) best = { ...split, column: index };
  });
  if (!best) return { leaf: true, value: mean };
  const { column, at } = best;
  const goesLeft = (row: number) => isLeft(columns[column]!, points[row]![column]!, at);
  return {
    leaf: false,
    column,
    at,
    left: growTree(table, rows.filter(goesLeft)),
    right: growTree(
      table,
      rows.filter((row) => !goesLeft(row)),
    ),
  };
}

/** Whether a value goes to the left. */
export function isLeft(column: Column, value: number, at: number): boolean {
  return column.kind === 'number' ? value < at : value === at;
}

/** The tree's value for a point. */
export function predict(tree: TreeNode, columns: readonly Column[], point: readonly number[]): number {
  let node = tree;
  while (!node.leaf)
    node = isLeft(columns[node.column]!, point[node.column]!, node.at) ? node.left : node.right;
  return node.value;
}

/** The sum of squares between two parts, by their sums and sizes: larger is a better split. */
const between = (sumLeft: number, left: number, sum: number, all: number): number =>
  (sumLeft * sumLeft) / left + ((sum - sumLeft) * (sum - sumLeft)) / (all - left);

function numberSplit({ points, values }: Table, rows: readonly number[], column: number) {
  const sorted = [...rows].sort((a, b) => points[a]![column]! - points[b]![column]!);
  const sum = rows.reduce((total, row) => total + values[row]!, 0);
  let best: { gain: number; at: number } | undefined;
  let sumLeft = 0;
  for (let i = 1; i < sorted.length; i++) {
    sumLeft += values[sorted[i - 1]!]!;
    const [before, here] = [points[sorted[i - 1]!]![column]!, points[sorted[i]!]![column]!];
    if (before === here) continue;
    const gain = between(sumLeft, i, sum, sorted.length);
    if (!best || gain > best.gain) best = { gain, at: (before + here) / 2 };
  }
  return best;
}

function choiceSplit({ points, values, columns }: Table, rows: readonly number[], column: number) {
  const sum = rows.reduce((total, row) => total + values[row]!, 0);
  const { values: count } = columns[column] as { values: number };
  let best: { gain: number; at: number } | undefined;
  for (let at = 0; at < count; at++) {
    const own = rows.filter((row) => points[row]![column] === at);
    if (own.length === 0 || own.length === rows.length) continue;
    const gain = between(
      own.reduce((total, row) => total + values[row]!, 0),
      own.length,
      sum,
      rows.length,
    );
    if (!best || gain > best.gain) best = { gain, at };
  }
  return best;
}

/** Trees on random samples of the rows, drawn with replacement, and the rows that each did not see. */
export function growForest(
  table: Table,
  trees: number,
  random: RandomStream,
): { readonly tree: TreeNode; readonly unseen: readonly number[] }[] {
  const size = table.points.length;
  return Array.from({ length: trees }, () => {
    const rows = Array.from({ length: size }, () => random.integer(size));
    const seen = new Set(rows);
    const unseen = table.points.map((_, row) => row).filter((row) => !seen.has(row));
    return { tree: growTree(table, rows), unseen };
  });
}
