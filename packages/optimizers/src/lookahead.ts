import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer, Schedule } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { plainJson } from '@espalier/core/internal';

/** Options of {@link lookahead}. */
export interface LookaheadOptions {
  /** Steps of the optimizer between two steps of the slow weights, 1 or more. Default 5. */
  readonly period?: number;
  /** Share of the way from the slow weights to the fast ones that a slow step takes, 0 < share <= 1. Default 0.5. */
  readonly share?: number;
}

/**
 * Lookahead around any optimizer: every few steps the weights go back part of the way to where they were, which evens them out.
 *
 * ```text
 * fast = step of the optimizer
 * every period steps: slow = slow + share * (fast - slow), fast = slow
 * ```
 *
 * Slots: the optimizer's, which go on over a slow step, and `slow/<parameter>`. Kernels per parameter: 6 more. As `optax.lookahead`
 * without `reset_state`; with `radam` it is Ranger.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const ranger = lookahead(radam({ learningRate: 0.001 }), { period: 6 });
 * ```
 * @see Zhang et al., Lookahead optimizer: k steps forward, 1 step back, 2019, algorithm 1.
 */
export function lookahead(optimizer: Optimizer, options: LookaheadOptions = {}): Optimizer {
  const check = checkOptions('lookahead');
  const inner: unknown = optimizer;
  if (typeof inner !== 'object' || inner === null || !('update' in inner && 'init' in inner))
    check.fail('optimizer', 'an optimizer, as adam() makes one', optimizer);
  const { values, config } = readOptions('lookahead', options, {
    period: option.integer({ min: 1, default: 5 }),
    share: option.number({ min: 0, max: 1, exclusiveMin: true, default: 0.5 }),
  });
  const { period, share } = values;
  const isSlowStep: Schedule = ({ step }) => ((step + 1) % period === 0 ? 1 : 0);
  const own: Record<string, Schedule> = {
    'lookahead/share': (at) => share * isSlowStep(at),
    'lookahead/slow': isSlowStep,
    'lookahead/fast': (at) => 1 - isSlowStep(at),
  };
  return {
    name: `lookahead ${optimizer.name}`,
    learningRate: optimizer.learningRate,
    config: { ...config, optimizer: { name: optimizer.name, options: plainJson(optimizer.config ?? {}) } },
    scalars: { ...optimizer.scalars, ...own },
    init(parameters) {
      const slots: Record<string, Tensor> = { ...optimizer.init(parameters) };
      for (const [name, tensor] of Object.entries(parameters)) slots[`slow/${name}`] = tf.clone(tensor);
      return slots;
    },
    update: (gradients, slots, parameters, scalars) =>
      tf.tidy(() => {
        const [part, takeSlow, takeFast] = Object.keys(own).map((name) => scalars(name));
        const fast = optimizer.update(gradients, slots, parameters, scalars);
        const next: Record<string, Tensor> = { ...fast.parameters };
        const nextSlots: Record<string, Tensor> = { ...fast.slots };
        for (const name of Object.keys(parameters)) {
          if (!gradients[name]) continue;
          const before = slots[`slow/${name}`] ?? check.fail('slots', `with 'slow/${name}' from init`, slots);
          const slow = tf.tidy(() => tf.add(before, tf.mul(tf.sub(next[name]!, before), part!)));
          next[name] = tf.tidy(() => tf.add(tf.mul(next[name]!, takeFast!), tf.mul(slow, takeSlow!)));
          nextSlots[`slow/${name}`] = slow;
        }
        return { parameters: next, slots: nextSlots };
      }),
  };
}
