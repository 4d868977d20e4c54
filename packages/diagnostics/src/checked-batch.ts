import * as tf from '@tensorflow/tfjs-core';
import type { HostArrays } from '@espalier/core';
import { checkOptions } from '@espalier/core';
import { type BoundModel, checkBatchData, toHostArrays } from '@espalier/core/internal';
import { asTensor, type GivenBatch, inputTensors, namedTensors } from './given-arrays.js';

/** A batch in plain memory, by the model's names. */
export interface BatchArrays {
  readonly inputs: HostArrays;
  readonly targets: HostArrays;
  readonly weights?: HostArrays;
}

/**
 * A batch by the model's names, checked as the trainer checks what it trains on.
 *
 * @throws EspalierError as {@link inputTensors}; `invalid-data` for numbers that are not finite, rows that a table lacks, targets that
 *   the loss cannot take, counts that differ.
 */
export async function checkedBatch(
  scope: string,
  what: string,
  batch: GivenBatch,
  bound: BoundModel,
  objectives: Objectives,
): Promise<BatchArrays> {
  if (typeof batch !== 'object' || batch === null)
    checkOptions(scope).fail(what, '{ inputs, targets, weights? }', batch);
  const part = (name: string): string => (what === 'batch' ? name : `${what}.${name}`);
  const outputs = objectives.map(({ output }) => output);
  const copies = (tensors: Record<string, tf.Tensor>): Record<string, tf.Tensor> =>
    Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tf.clone(tensor)]));
  const kept = tf.tidy(() => ({
    inputs: copies(inputTensors(scope, part('inputs'), batch.inputs, bound.inputShapes)),
    targets: copies(namedTensors(scope, part('targets'), batch.targets, outputs)),
    ...(batch.weights && { weights: copies(namedTensors(scope, part('weights'), batch.weights, outputs)) }),
  }));
  try {
    const arrays = {
      inputs: await toHostArrays(kept.inputs),
      targets: await toHostArrays(kept.targets),
      ...(kept.weights && { weights: await toHostArrays(kept.weights) }),
    };
    checkBatchData(scope, arrays, bound, objectives);
    return arrays;
  } finally {
    tf.dispose(kept);
  }
}

type Objectives = Parameters<typeof checkBatchData>[3];

/** Tensors of arrays; their owner disposes them. */
export function tensorsOf(arrays: HostArrays): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [name, tf.tidy(() => asTensor(array))]),
  );
}
