import * as tf from '@tensorflow/tfjs-core';
import type { ParameterSelector, Schedule } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { parameterSelection } from '@espalier/core/internal';
import { eachParameter } from './each-parameter.js';
import { type GradientTransform, updateOf, valueOf } from './gradient-transform.js';
import { stepNumber } from './step-number.js';

/** Options of {@link addDecayedWeights}. */
export interface AddDecayedWeightsOptions {
  /** Share of each parameter that is added to its update, >= 0, or its schedule. */
  readonly weightDecay: number | Schedule;
  /** The parameters that it applies to. Default `all`. */
  readonly parameters?: ParameterSelector;
}

/**
 * Adds `weightDecay * parameter` to the update.
 *
 * Before the transform that scales by the gradients' statistics it is coupled decay, an L2 penalty's gradient: the option `l2` of
 * every optimizer. After it, before the learning rate, it is decoupled decay: the option `weightDecay`. Kernels per parameter: 2.
 *
 * @throws EspalierError `invalid-option`; in `init` where the selector selects nothing.
 * @example
 * ```ts
 * const decay = addDecayedWeights({ weightDecay: 0.01, parameters: 'kernels' });
 * const adamWithDecay = chain(scaleByAdam(), decay, scaleByLearningRate(0.001));
 * ```
 * @see Loshchilov and Hutter, Decoupled weight decay regularization, 2019; `optax.add_decayed_weights`.
 */
export function addDecayedWeights(options: AddDecayedWeightsOptions): GradientTransform {
  const { values, config } = readOptions('add-decayed-weights', options, {
    weightDecay: option.schedule({ min: 0 }),
    parameters: option.parameters({ default: 'all' }),
  });
  const decay = stepNumber('weightDecay', values.weightDecay);
  const selected = parameterSelection('add-decayed-weights', values.parameters);
  const transform = eachParameter({
    name: 'add-decayed-weights',
    config,
    scalars: decay.scalars,
    rule(update, { name, parameter, parameters, step }) {
      if (!selected(parameters).has(name)) return { update };
      // Waiting for the next factor saves a kernel only where the update waits for one itself.
      if (update.every(({ factor }) => !factor)) {
        const share = tf.mul(parameter, decay.tensor(step));
        return { update: updateOf(tf.add(valueOf(update, step), share)) };
      }
      // Summed with the rest before it meets the parameter, a small decay is not rounded away.
      return { update: [...update, ...updateOf(parameter, decay.factor(step))] };
    },
  });
  return {
    ...transform,
    init(parameters) {
      selected(parameters);
      return transform.init(parameters);
    },
  };
}
