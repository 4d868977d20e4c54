import * as tf from '@tensorflow/tfjs-core';
import type { Plugin, Tensors } from '@espalier/core';
import { option, readOptions } from '@espalier/core';

/** Options of {@link ema}. */
export interface EmaOptions {
  /** How much of the average is kept at each step, 0 <= decay < 1. Default 0.999. */
  readonly decay?: number;
  /** Validation during the run uses the averages, so that monitors and the best checkpoint judge them. Default false. */
  readonly evaluateAverages?: boolean;
  /** Default `ema`. */
  readonly name?: string;
}

/**
 * Ends the run with the exponential moving average of the parameters over the steps, which often generalises better than
 * the last ones.
 *
 * After each step, for every trainable parameter w and its average a, which starts as the initial w:
 * `a = a + (1 - decay) (w - a)`.
 *
 * Training itself goes on with w. When the run has ended, completed or stopped, the model holds a; the running averages of
 * batch normalisation stay those of w. Checkpoints hold both: a as `plugins/ema/<parameter>`. Of two plugins that replace
 * the weights at the end (this and `earlyStopping` with `restoreBest`), the later in the list wins.
 *
 * Source: as the averages of Keras optimizers' `use_ema`, put in place at the end.
 *
 * @returns A plugin with one tensor for each parameter in the state of the step. Three kernels for each parameter a step.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const averaging = ema({ decay: 0.99 });
 * ```
 */
export function ema(options: EmaOptions = {}): Plugin<never, never> {
  const { values, config } = readOptions('ema', options, {
    decay: option.number({ min: 0, max: 1, exclusiveMax: true, default: 0.999 }),
    evaluateAverages: option.boolean({ default: false }),
    name: option.text({ default: 'ema' }),
  });
  const { decay, evaluateAverages, name } = values;
  return {
    name,
    config,
    stepState: {
      init: (parameters) => map(parameters, (parameter) => tf.clone(parameter)),
      update: (averages, { parameters }) =>
        map(averages, (average, key) =>
          tf.add(average, tf.mul(tf.sub(parameters[key]!, average), 1 - decay)),
        ),
    },
    ...(evaluateAverages && {
      evaluationParameters: (parameters, averages) => ({ ...parameters, ...averages }),
    }),
    finalWeights: (run) => run.stepState(name),
  };
}

function map(tensors: Tensors, f: (tensor: tf.Tensor, key: string) => tf.Tensor): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([key, tensor]) => [key, f(tensor, key)]));
}
