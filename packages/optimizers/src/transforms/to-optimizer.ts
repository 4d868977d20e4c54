import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Json, Optimizer } from '@espalier/core';
import { checkOptions } from '@espalier/core';
import { chain } from './chain.js';
import { eachParameter } from './each-parameter.js';
import { type GradientTransform, updateOf, valueOf } from './gradient-transform.js';
import { StepNumbers } from './step-numbers.js';

/** Options of {@link toOptimizer}. */
export interface ToOptimizerOptions {
  /** Name of the optimizer, for errors, records and traces. */
  readonly name: string;
  /** The options it was made with. Default: those of the transforms. */
  readonly config?: Json;
}

/** The last step of every optimizer. Its "update" is the new parameter. */
const subtract = eachParameter({
  name: 'subtract',
  config: {},
  rule: (update, { parameter, step }) => ({ update: updateOf(tf.sub(parameter, valueOf(update, step))) }),
});

/**
 * An optimizer that subtracts from each parameter what a transform makes of its gradient.
 *
 * @param transform Applies the learning rate: a `chain` with `scaleByLearningRate`.
 * @throws EspalierError `invalid-option` without a learning rate or a name.
 * @example
 * ```ts
 * const optimizer = toOptimizer(chain(trace({ momentum: 0.9 }), scaleByLearningRate(0.1)), { name: 'momentum' });
 * ```
 */
export function toOptimizer(transform: GradientTransform, options: ToOptimizerOptions): Optimizer {
  const { name, config = transform.config } = options;
  const check = checkOptions('to-optimizer');
  check.text('name', name);
  const { learningRate, scalars = {} } = transform;
  if (learningRate === undefined)
    return check.fail(
      'transform',
      'a chain with scaleByLearningRate',
      `${transform.name} without a learning rate`,
    );
  const whole = chain(transform, subtract);
  const asked = ['learningRate', ...Object.keys(scalars)];
  return {
    name,
    learningRate,
    config,
    ...(Object.keys(scalars).length > 0 && { scalars }),
    init: (parameters) => transform.init(parameters),
    update: (gradients, slots, parameters, given) =>
      tf.tidy(() => {
        const numbers = new StepNumbers(name, given, asked);
        try {
          const updates = Object.fromEntries(
            Object.keys(parameters)
              .filter((parameter) => gradients[parameter])
              .map((parameter) => [parameter, updateOf(gradients[parameter]!)]),
          );
          const result = whole.update(updates, slots, parameters, numbers);
          const next: Record<string, Tensor> = { ...parameters };
          for (const parameter of Object.keys(updates))
            next[parameter] = result.updates[parameter]![0]!.tensor;
          return { parameters: next, slots: { ...slots, ...result.slots } };
        } finally {
          numbers.release();
        }
      }),
  };
}
