import type { Column, TreeNode } from './regression-tree.js';

/** Part of the space: for a number an interval of [0, 1), for a choice which values are in. */
type Part = { readonly from: number; readonly to: number } | { readonly values: readonly boolean[] };

interface Leaf {
  readonly parts: readonly Part[];
  readonly value: number;
}

const lengthOf = (part: Part): number =>
  'from' in part ? part.to - part.from : part.values.filter(Boolean).length / part.values.length;

/**
 * The variance of a tree over points that are uniform in the space, and the part of it that each column explains alone: the
 * variance of the tree's mean given that column.
 *
 * Source: F. Hutter, H. Hoos, K. Leyton-Brown, "An efficient approach for assessing hyperparameter importance", ICML 2014.
 */
export function treeVariances(
  tree: TreeNode,
  columns: readonly Column[],
): { readonly total: number; readonly byColumn: readonly number[] } {
  const whole = columns.map((column): Part =>
    column.kind === 'number' ? { from: 0, to: 1 } : { values: new Array<boolean>(column.values).fill(true) },
  );
  const leaves = leavesOf(tree, columns, whole);
  const weights = leaves.map(({ parts }) => parts.reduce((product, part) => product * lengthOf(part), 1));
  const mean = leaves.reduce((sum, { value }, i) => sum + weights[i]! * value, 0);
  const total = leaves.reduce((sum, { value }, i) => sum + weights[i]! * (value - mean) * (value - mean), 0);
  const byColumn = columns.map((column, index) => {
    const cells = column.kind === 'number' ? intervals(leaves, index) : choices(column.values);
    return cells.reduce((sum, cell) => {
      const length = lengthOf(cell);
      // The mean over all other columns, for a value in this cell: every leaf is in it as a whole or not at all.
      const marginal = leaves.reduce(
        (part, { parts, value }, i) =>
          covers(parts[index]!, cell) ? part + (weights[i]! / lengthOf(parts[index]!)) * value : part,
        0,
      );
      return sum + length * (marginal - mean) * (marginal - mean);
    }, 0);
  });
  return { total, byColumn };
}

function leavesOf(node: TreeNode, columns: readonly Column[], parts: readonly Part[]): Leaf[] {
  if (node.leaf) return [{ parts, value: node.value }];
  const { column, at } = node;
  const part = parts[column]!;
  const withPart = (changed: Part) => parts.map((other, i) => (i === column ? changed : other));
  const [left, right]: [Part, Part] =
    'from' in part
      ? [
          { from: part.from, to: at },
          { from: at, to: part.to },
        ]
      : [
          { values: part.values.map((there, i) => there && i === at) },
          { values: part.values.map((there, i) => there && i !== at) },
        ];
  return [...leavesOf(node.left, columns, withPart(left)), ...leavesOf(node.right, columns, withPart(right))];
}

function intervals(leaves: readonly Leaf[], index: number): Part[] {
  const ends = leaves.flatMap(({ parts }) => {
    const { from, to } = parts[index] as { from: number; to: number };
    return [from, to];
  });
  const sorted = [...new Set(ends)].sort((a, b) => a - b);
  return sorted.slice(1).map((to, i) => ({ from: sorted[i]!, to }));
}

function choices(count: number): Part[] {
  return Array.from({ length: count }, (_, at) => ({
    values: Array.from({ length: count }, (__, i) => i === at),
  }));
}

function covers(part: Part, cell: Part): boolean {
  if ('from' in part && 'from' in cell) return part.from <= cell.from && cell.to <= part.to;
  return 'values' in part && 'values' in cell && cell.values.every((there, i) => !there || part.values[i]);
}
