import * as tf from '@tensorflow/tfjs-core';
import type { Plugin, Schedule, Tensors } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { pow } from '@espalier/core/internal';

/** Options of {@link ema}. */
export interface EmaOptions {
  /** How much of the average is kept at each update, 0 <= decay < 1, or a schedule of such. Default 0.999. */
  readonly decay?: number | Schedule;
  /** Keep at most (1 + n) / (10 + n) at the n-th update, from 0: the average follows quickly at first. Default false. */
  readonly warmup?: boolean;
  /** Leave the initial weights out of the average: the n-th update keeps `decay (1 - decay^n) / (1 - decay^(n+1))`. Default false. */
  readonly debias?: boolean;
  /** The average is the weights themselves up to this step, from 0. Default 0. */
  readonly startStep?: number;
  /** Update after every so many steps. A whole number >= 1, default 1. */
  readonly everySteps?: number;
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
 * Source: as the averages of Keras optimizers' `use_ema`, put in place at the end; `evaluateAverages` as `swap_on_epoch` of Keras's
 * `SwapEMAWeights`; `warmup` as `num_updates` of TensorFlow's `ExponentialMovingAverage`; `debias` as optax's `ema`.
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
    decay: option.schedule({ min: 0, max: 1, exclusiveMax: true, default: 0.999 }),
    warmup: option.boolean({ default: false }),
    debias: option.boolean({ default: false }),
    startStep: option.integer({ min: 0, default: 0 }),
    everySteps: option.integer({ min: 1, default: 1 }),
    evaluateAverages: option.boolean({ default: false }),
    name: option.text({ default: 'ema' }),
  });
  const { decay, warmup, debias, startStep, everySteps, evaluateAverages, name } = values;
  if (debias && (warmup || typeof decay !== 'number'))
    checkOptions('ema').fail('debias', 'false with warmup or a schedule of decay', debias);

  /** How much of the way to the weights the average goes in a step. */
  const rate: Schedule = (at) => {
    const steps = at.step - startStep + 1;
    if (steps <= 0) return 1;
    if (steps % everySteps !== 0) return 0;
    const updates = steps / everySteps - 1;
    const now = typeof decay === 'number' ? decay : decay(at);
    const kept = warmup ? Math.min(now, (1 + updates) / (10 + updates)) : now;
    return debias ? (1 - kept) / (1 - pow(kept, updates + 1)) : 1 - kept;
  };
  return {
    name,
    config,
    scalars: { rate },
    stepState: {
      init: (parameters) => map(parameters, (parameter) => tf.clone(parameter)),
      update: (averages, { parameters }, step) =>
        map(averages, (average, key) =>
          tf.add(average, tf.mul(tf.sub(parameters[key]!, average), step.scalar('rate'))),
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
