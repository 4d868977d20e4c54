import * as tf from '@tensorflow/tfjs-core';
import type { Metric, MetricBatch } from '@espalier/core';
import { checkOptions, MetricState, option, readOptions, stream } from '@espalier/core';

/** Options of {@link bootstrap}. */
export interface BootstrapOptions {
  /** How often the examples are drawn again, >= 2. Default 1000. */
  readonly samples?: number;
  /** Share of the samples within the interval, > 0 and < 1. Default 0.95. */
  readonly confidence?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** A value and how far it can be trusted. */
export interface BootstrapInterval {
  /** Of the examples as they are. */
  readonly value: number;
  /** Mean and standard deviation over the samples. */
  readonly mean: number;
  readonly standardError: number;
  /** Ends of the interval, quantiles of the samples. */
  readonly low: number;
  readonly high: number;
}

/**
 * A confidence interval of any metric by the bootstrap: its value over examples drawn with replacement, many times.
 *
 * ```text
 * each sample: N draws of N examples; an example that was drawn k times weighs k w_n
 * low, high = quantiles (1 - confidence) / 2 and (1 + confidence) / 2 of the values
 * ```
 *
 * @param metric A metric of one number that weighs examples by their weights, as all of this package do.
 * @param batch Outputs, targets and weights of all examples, e.g. what `predict` gave; the tensors stay the caller's.
 * @param options.samples Default 1000. Each costs what the metric costs over all examples.
 * @param options.confidence Default 0.95.
 * @param options.seed Default 0: the same seed, the same interval.
 * @returns Value, mean, standard error and the ends of the interval; samples without a value (NaN) do not count.
 * @throws EspalierError `invalid-option` for bad options and a metric of a list; what the metric throws.
 * @example
 * ```ts
 * const { low, high } = await bootstrap(accuracy(), { outputs: logits, targets: labels }, { samples: 200 });
 * ```
 * Source: Efron, 1979; as torchmetrics `BootStrapper(sampling_strategy='multinomial')`.
 */
export async function bootstrap(
  metric: Metric<string, number>,
  batch: MetricBatch,
  options: BootstrapOptions = {},
): Promise<BootstrapInterval> {
  const { values } = readOptions('bootstrap', options, {
    samples: option.integer({ min: 2, default: 1000 }),
    confidence: option.number({ min: 0, max: 1, exclusiveMin: true, exclusiveMax: true, default: 0.95 }),
    seed: option.seed({ default: 0 }),
  });
  const check = checkOptions('bootstrap');
  if (typeof metric?.sums !== 'function') check.fail('metric', 'a metric, e.g. accuracy()', metric);
  if (!(batch?.outputs instanceof tf.Tensor) || !(batch.targets instanceof tf.Tensor))
    check.fail('batch', '{ outputs, targets }, tensors of all examples', batch);
  const over = async (weights: tf.Tensor | undefined): Promise<number> => {
    const state = new MetricState(metric);
    await state.add({ outputs: batch.outputs, targets: batch.targets, ...(weights && { weights }) });
    return state.result();
  };
  const value: unknown = await over(batch.weights);
  if (typeof value !== 'number') check.fail('metric', 'a metric of one number', metric.name);
  const examples = batch.outputs.shape[0]!;
  const own = batch.weights && (await batch.weights.data());
  const found: number[] = [];
  for (let sample = 0; sample < values.samples; sample++) {
    const random = stream(values.seed, 'bootstrap', sample);
    const drawn = new Float32Array(examples);
    for (let i = 0; i < examples; i++) drawn[random.integer(examples)]! += 1;
    const weights = tf.tensor1d(own ? drawn.map((times, i) => times * own[i]!) : drawn);
    try {
      found.push(await over(weights));
    } finally {
      weights.dispose();
    }
  }
  const sorted = found.filter((one) => !Number.isNaN(one)).sort((a, b) => a - b);
  const mean = sorted.reduce((sum, one) => sum + one, 0) / sorted.length;
  const spread = sorted.reduce((sum, one) => sum + (one - mean) * (one - mean), 0);
  return {
    value: value as number,
    mean,
    standardError: Math.sqrt(spread / (sorted.length - 1)),
    low: quantileOf(sorted, (1 - values.confidence) / 2),
    high: quantileOf(sorted, (1 + values.confidence) / 2),
  };
}

/** A quantile of sorted numbers, linear between them. */
function quantileOf(sorted: readonly number[], q: number): number {
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const next = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return sorted[below]! + (at - below) * (next - sorted[below]!);
}
