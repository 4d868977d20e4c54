import type { HostArray } from './arrays.js';
import type { HostBatch } from './dataset.js';
import { fail } from '../errors.js';

/** A weight for each class, by label: `{ 0: 1, 1: 5 }`. Classes without one weigh 1. */
export type ClassWeights = Readonly<Record<number, number>>;

/** @throws EspalierError `invalid-option` for weights that are not numbers >= 0. */
export function checkClassWeights(weights: ClassWeights): void {
  for (const [label, weight] of Object.entries(weights)) {
    if (!(weight >= 0 && weight < Infinity) || !Number.isInteger(Number(label))) {
      fail(
        'invalid-option',
        'trainer',
        `classWeights: label '${label}' has weight ${weight}; give numbers >= 0.`,
      );
    }
  }
}

/** Multiplies the weight of every example by its class's. For targets `[N]` of labels, or `[N, C]` one-hot. */
export function weighClasses(batch: HostBatch, classWeights: ClassWeights): HostBatch {
  const weights: Record<string, HostArray> = {};
  for (const [name, target] of Object.entries(batch.targets)) {
    const count = target.shape[0]!;
    const given = batch.weights?.[name];
    const data = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      data[i] = (given ? given.data[i]! : 1) * (classWeights[labelOf(target, i)] ?? 1);
    }
    weights[name] = { data, shape: [count], dtype: 'float32' };
  }
  return { ...batch, weights };
}

function labelOf({ data, shape }: HostArray, example: number): number {
  const classes = shape[1] ?? 1;
  if (classes === 1) return data[example]!;
  let best = 0;
  for (let c = 1; c < classes; c++) {
    if (data[example * classes + c]! > data[example * classes + best]!) best = c;
  }
  return best;
}
