import * as tf from '@tensorflow/tfjs-core';
import type { Dataset, DataStream, HostArray, HostArrays, TrainableModel } from '@espalier/core';
import { loadWeights, option, readOptions } from '@espalier/core';
import {
  bindModel,
  type BoundModel,
  inStep,
  matchInputs,
  openEpoch,
  prepareTfjs,
} from '@espalier/core/internal';

/** Options of {@link refreshBatchNorm}. */
export interface RefreshBatchNormOptions {
  /** Examples in a batch: that of the training, as what they are normalised by is that of a batch. Default 32. */
  readonly batchSize?: number;
  /** Of the random numbers of layers, e.g. of dropout, which is on as in training. Default 0. */
  readonly seed?: number;
}

const MOVING = /(?:^|\/)moving_(?:mean|variance)$/;
/** So much larger than any statistic that what an average keeps of it can be told to some 5 digits. */
const LARGE = 2 ** 20;

/**
 * Sets the moving statistics of every batch normalisation to their plain means over the batches of a data set, as the weights of now
 * have them: after {@link swa}, or whatever else has put weights together.
 *
 * Source: as PyTorch's `update_bn`. The variance is the layer's own, which is the biased one of a batch.
 *
 * It runs eagerly, on the active backend, in one pass over the data; layers that are frozen keep their statistics.
 *
 * @returns How many moving statistics were set; 0 where the model has none.
 * @throws EspalierError `invalid-option`; `invalid-data`.
 * @example
 * ```ts
 * await refreshBatchNorm(model, train, { batchSize: 64 });
 * ```
 */
export async function refreshBatchNorm(
  model: TrainableModel,
  data: Dataset | DataStream,
  options: RefreshBatchNormOptions = {},
): Promise<number> {
  const { batchSize, seed } = readOptions('refresh-batch-norm', options, {
    batchSize: option.integer({ min: 1, default: 32 }),
    seed: option.seed({ default: 0 }),
  }).values;
  prepareTfjs();
  const bound = bindModel(model);
  const names = Object.keys(bound.weights()).filter((name) => MOVING.test(name));
  if (names.length === 0) return 0;
  const rename = matchInputs(data.inputs, bound);
  const sums = new Map<string, Float64Array>();
  let kept: Readonly<Record<string, Float64Array>> | undefined;
  let count = 0;
  const batches = openEpoch(data, { batchSize, seed, epoch: 0, shuffle: false });
  try {
    for (let batch = await batches.next(); batch; batch = await batches.next()) {
      const at = { seed, draw: count, inputs: rename(batch.inputs) };
      const fromZero = assigned(bound, names, 0, at);
      kept ??= sharesKept(fromZero, assigned(bound, names, LARGE, at));
      for (const [name, values] of Object.entries(fromZero)) {
        const sum = sums.get(name) ?? new Float64Array(values.length);
        values.forEach((value, i) => (sum[i]! += value / (1 - kept![name]![i]!)));
        sums.set(name, sum);
      }
      count++;
    }
  } finally {
    await batches.close();
  }
  const arrays = [...sums].map(([name, sum]): [string, HostArray] => [
    name,
    { data: Float32Array.from(sum, (one) => one / count), shape: [sum.length], dtype: 'float32' },
  ]);
  loadWeights(model, Object.fromEntries(arrays));
  return arrays.length;
}

/** What averages keep of what they were: one that keeps m of it becomes (1 - m) b from 0, and m K more from K. */
function sharesKept(
  fromZero: Readonly<Record<string, Float32Array>>,
  fromLarge: Readonly<Record<string, Float32Array>>,
): Record<string, Float64Array> {
  return Object.fromEntries(
    Object.entries(fromZero).map(([name, values]) => [
      name,
      Float64Array.from(values, (value, i) => (fromLarge[name]![i]! - value) / LARGE),
    ]),
  );
}

/** What a training step makes of the moving statistics where they all are `fill`; nothing of those that it leaves alone. */
function assigned(
  model: BoundModel,
  names: readonly string[],
  fill: number,
  { seed, draw, inputs }: { readonly seed: number; readonly draw: number; readonly inputs: HostArrays },
): Record<string, Float32Array> {
  const scalars = { step: draw, epoch: 0, learningRate: 0, learningRateFactor: 1, batchSize: 1 };
  const { made } = inStep(true, { scalars, seed, draw }, undefined, (step) => {
    const weights: Record<string, tf.Tensor> = { ...model.weights() };
    for (const name of names) weights[name] = tf.fill(weights[name]!.shape, fill);
    const given = Object.fromEntries(
      Object.entries(inputs).map(([name, { data, shape, dtype }]) => [
        name,
        tf.tensor(Float32Array.from(data), [...shape], dtype === 'int32' ? 'int32' : 'float32'),
      ]),
    );
    const forward = model.forward(given, weights, step);
    const found = names.filter((name) => forward.assigned[name]);
    const result = {
      made: Object.fromEntries(found.map((name) => [name, tf.clone(forward.assigned[name]!)])),
    };
    forward.release?.();
    return result;
  });
  const values: Record<string, Float32Array> = {};
  for (const [name, tensor] of Object.entries(made)) {
    values[name] = tensor.dataSync<'float32'>().slice();
    tensor.dispose();
  }
  return values;
}
