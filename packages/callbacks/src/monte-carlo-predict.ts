import * as tf from '@tensorflow/tfjs-core';
import type { HostArray, TrainableModel } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { bindModel, inStep, leafLayers, prepareTfjs } from '@espalier/core/internal';
import type * as tfl from '@tensorflow/tfjs-layers';

/** Options of {@link monteCarloPredict}. */
export interface MonteCarloPredictOptions {
  /** Predictions of each example. A whole number >= 2, default 20. */
  readonly samples?: number;
  /** Fixes the masks. Default 0. */
  readonly seed?: number;
  /** Examples in a batch; changes speed and memory, and with the masks the numbers. Default 256. */
  readonly batchSize?: number;
}

/** Mean and spread over the samples, each `[N, ...]`, float32. */
export interface MonteCarloPrediction {
  readonly mean: HostArray;
  /** Standard deviation, with N - 1. */
  readonly standardDeviation: HostArray;
}

/**
 * Predicts with dropout on, several times, and gives mean and standard deviation: what the model is unsure of varies.
 *
 * Layers that draw at random do as in training; batch normalisation does as in prediction. The model is left as it was.
 *
 * Source: Y. Gal, Z. Ghahramani, "Dropout as a Bayesian approximation", ICML 2016; as fastai's `MCDropoutCallback`.
 *
 * It runs eagerly, on the active backend.
 *
 * @param model With one input and one output.
 * @param inputs `[N, ...]`; it stays the caller's.
 * @throws EspalierError `invalid-option` for a model of several inputs or outputs, too.
 * @example
 * ```ts
 * const { mean, standardDeviation } = await monteCarloPredict(model, x, { samples: 50 });
 * ```
 */
export async function monteCarloPredict(
  model: TrainableModel,
  inputs: tf.Tensor,
  options: MonteCarloPredictOptions = {},
): Promise<MonteCarloPrediction> {
  const { samples, seed, batchSize } = readOptions('monte-carlo-predict', options, {
    samples: option.integer({ min: 2, default: 20 }),
    seed: option.seed({ default: 0 }),
    batchSize: option.integer({ min: 1, default: 256 }),
  }).values;
  prepareTfjs();
  const thaw = freezeBatchNorm(model);
  try {
    const bound = bindModel(model);
    const names = Object.keys(bound.inputShapes ?? { input: [] });
    if (names.length !== 1)
      checkOptions('monte-carlo-predict').fail(
        'model',
        'a model with one input',
        `one with ${names.join(', ')}`,
      );
    const predict = (rows: tf.Tensor, draw: number): Float32Array[] => {
      const { outputs } = inStep(true, { scalars: SCALARS, seed, draw }, undefined, (step) => {
        const forward = bound.forward({ [names[0]!]: rows }, bound.weights(), step);
        forward.release?.();
        return {
          outputs: Object.fromEntries(Object.entries(forward.outputs).map(([n, t]) => [n, tf.clone(t)])),
        };
      });
      const all = Object.values(outputs);
      const values = all.map((one) => one.dataSync<'float32'>().slice());
      shape = all[0]!.shape.slice(1);
      tf.dispose(all);
      if (values.length !== 1)
        checkOptions('monte-carlo-predict').fail(
          'model',
          'a model with one output',
          `one with ${values.length}`,
        );
      return values;
    };
    let shape: number[] = [];
    const count = inputs.shape[0]!;
    const means: number[] = [];
    const deviations: number[] = [];
    for (let from = 0, batch = 0; from < count; from += batchSize, batch++) {
      const size = Math.min(batchSize, count - from);
      const rows = tf.slice(inputs, [from], [size]);
      // Welford's: the mean of many equal numbers is exact.
      let mean = new Float64Array(0);
      let squares = new Float64Array(0);
      try {
        for (let sample = 0; sample < samples; sample++) {
          const [values] = predict(rows, batch * samples + sample);
          if (sample === 0)
            [mean, squares] = [new Float64Array(values!.length), new Float64Array(values!.length)];
          values!.forEach((value, i) => {
            const gap = value - mean[i]!;
            mean[i]! += gap / (sample + 1);
            squares[i]! += gap * (value - mean[i]!);
          });
        }
      } finally {
        rows.dispose();
      }
      for (const value of mean) means.push(value);
      for (const value of squares) deviations.push(Math.sqrt(value / (samples - 1)));
    }
    const arrayOf = (values: readonly number[]): HostArray => ({
      data: Float32Array.from(values),
      shape: [count, ...shape],
      dtype: 'float32',
    });
    return { mean: arrayOf(means), standardDeviation: arrayOf(deviations) };
  } finally {
    thaw();
  }
}

const SCALARS = { step: 0, epoch: 0, learningRate: 0, learningRateFactor: 1, batchSize: 1 };

/** Has every batch normalisation use its moving statistics, until what it gives is called. */
function freezeBatchNorm(model: TrainableModel): () => void {
  const layers = 'layers' in model ? leafLayers(model) : [];
  const norms = layers.filter((layer) => layer.getClassName().endsWith('BatchNormalization'));
  const before = norms.map((layer) => ({
    layer,
    trainable: layer.trainable,
    weights: layer.weights.map((weight) => weight.trainable),
  }));
  for (const layer of norms) layer.trainable = false;
  return () => {
    for (const { layer, trainable, weights } of before) {
      layer.trainable = trainable;
      layer.weights.forEach((weight: tfl.LayerVariable, i) => (weight.trainable = weights[i]!));
    }
  };
}
