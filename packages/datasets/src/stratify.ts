import { invalidData } from './invalid-data.js';
import { classCounts, type Labels, labelsRuleOf } from './labels.js';

/**
 * What the parts shall have equal shares of: the labels of the one target (`true`), of the target of this name, or a class
 * number for each example.
 */
export type Stratify = Labels;

/** What `stratify` may be. */
export const stratifyRule = labelsRuleOf(false);

/**
 * Refuses parts that lack a class which others have, and says so.
 *
 * @param kind What a part is called, e.g. `part`.
 * @throws EspalierError `invalid-data`.
 */
export function checkClasses(
  labels: ArrayLike<number>,
  parts: readonly Uint32Array[],
  scope: string,
  kind: string,
): void {
  const counts = classCounts(labels);
  parts.forEach((indices, part) => {
    const found = new Set(Array.from(indices, (index) => labels[index]!));
    for (const [label, count] of counts) {
      if (found.has(label)) continue;
      invalidData(
        scope,
        `${kind} ${part} has no example of class ${label}, of which there are ${count} for ${parts.length} ${kind}s; ` +
          `get more of them, make fewer or larger ${kind}s, or set allowMissingClasses: true.`,
      );
    }
  });
}

/**
 * Examples of one class after the other, classes by first appearance in the data and examples of a class in `order`.
 * Dealing this row out evenly gives every part its share of every class.
 */
export function byClass(labels: ArrayLike<number>, order: Uint32Array): Uint32Array {
  const classes = new Map<number, number[]>();
  for (let i = 0; i < labels.length; i++) if (!classes.has(labels[i]!)) classes.set(labels[i]!, []);
  for (const index of order) classes.get(labels[index]!)!.push(index);
  return Uint32Array.from([...classes.values()].flat());
}

/**
 * Deals examples out to parts: `row[i]` goes to `partOf[i]`. Each part keeps the order of `order`.
 *
 * @param partOf Part number of each position; those >= `parts` are left out.
 */
export function deal(
  row: Uint32Array,
  partOf: Uint32Array,
  parts: number,
  order: Uint32Array,
): Uint32Array[] {
  const partOfExample = new Uint32Array(row.length);
  row.forEach((index, position) => (partOfExample[index] = partOf[position]!));
  return Array.from({ length: parts }, (_, part) => order.filter((index) => partOfExample[index] === part));
}
