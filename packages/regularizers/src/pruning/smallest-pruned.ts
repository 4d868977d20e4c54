import type { HostArray, HostArrays } from '@espalier/core';

/** Whether weights are compared within each parameter, so that all become equally sparse, or over all of them. */
export type PruningScope = 'layer' | 'global';

/** How many of the `kept` weights of a group of `all` are to be pruned now. */
export type PruningCount = (all: number, kept: number) => number;

/** So many of all weights are to be pruned in the end: what is missing of that. */
export const upTo =
  (sparsity: number): PruningCount =>
  (all, kept) =>
    roundToEven(sparsity * all) - (all - kept);

/** A share of those that are kept. */
export const shareOfKept =
  (amount: number): PruningCount =>
  (_, kept) =>
    roundToEven(amount * kept);

/**
 * Masks, 1 where a weight is kept and 0 where it is pruned, with the smallest of the kept weights pruned, too; of equal ones those
 * that come first. One weight of a group is always kept. What is pruned stays so.
 */
export function smallestPruned(
  weights: HostArrays,
  masks: HostArrays,
  scope: PruningScope,
  count: PruningCount,
): HostArrays {
  const names = Object.keys(masks);
  const groups = scope === 'global' ? [names] : names.map((name) => [name]);
  return Object.assign({}, ...groups.map((group) => pruned(weights, masks, group, count))) as HostArrays;
}

function pruned(
  weights: HostArrays,
  masks: HostArrays,
  names: readonly string[],
  count: PruningCount,
): HostArrays {
  const all = names.reduce((sum, name) => sum + masks[name]!.data.length, 0);
  const kept = keptMagnitudes(weights, masks, names, all).sort();
  const wanted = Math.min(count(all, kept.length), kept.length - 1);
  if (wanted <= 0) return Object.fromEntries(names.map((name) => [name, masks[name]!]));
  const threshold = kept[wanted - 1]!;
  let ties = wanted - kept.indexOf(threshold);
  const next: Record<string, HostArray> = {};
  for (const name of names) {
    const data = Float32Array.from(masks[name]!.data);
    const values = weights[name]!.data;
    for (let i = 0; i < data.length; i++) {
      if (data[i] === 0) continue;
      const magnitude = magnitudeOf(values[i]!);
      if (magnitude < threshold || (magnitude === threshold && ties-- > 0)) data[i] = 0;
    }
    next[name] = { ...masks[name]!, data };
  }
  return next;
}

function keptMagnitudes(
  weights: HostArrays,
  masks: HostArrays,
  names: readonly string[],
  most: number,
): Float32Array {
  const all = new Float32Array(most);
  let kept = 0;
  for (const name of names) {
    const [values, mask] = [weights[name]!.data, masks[name]!.data];
    for (let i = 0; i < mask.length; i++) if (mask[i] !== 0) all[kept++] = magnitudeOf(values[i]!);
  }
  return all.subarray(0, kept);
}

/** A weight that is NaN is kept, so that it shows. */
function magnitudeOf(weight: number): number {
  return Number.isNaN(weight) ? Infinity : Math.abs(weight);
}

/** A half goes to the even number, as in Python, PyTorch and TensorFlow. */
function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/** The weights of the masked parameters, 0 where they are pruned; `changed` counts those that were not 0. */
export function masked(
  weights: HostArrays,
  masks: HostArrays,
): { readonly weights: HostArrays; readonly changed: number } {
  let changed = 0;
  const names = Object.keys(masks);
  const next = names.map((name) => {
    const array = weights[name]!;
    const data = Float32Array.from(array.data, (value, i) => {
      if (masks[name]!.data[i] !== 0) return value;
      if (value !== 0) changed++;
      return 0;
    });
    return [name, { ...array, data }] as const;
  });
  return { weights: Object.fromEntries(next), changed };
}

/** Weights in all, and how many of them are pruned. */
export function countPruned(masks: HostArrays): { readonly all: number; readonly pruned: number } {
  let [all, zeros] = [0, 0];
  for (const { data } of Object.values(masks)) {
    all += data.length;
    for (let i = 0; i < data.length; i++) if (data[i] === 0) zeros++;
  }
  return { all, pruned: zeros };
}
