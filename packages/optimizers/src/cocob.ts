import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { type CommonOptions, commonOptimizer, commonRules } from './common-options.js';
import { eachParameter } from './transforms/each-parameter.js';
import { updateOf, valueOf } from './transforms/gradient-transform.js';

/** Options of {@link cocob}. `learningRate` is 1 by default: a factor of the gradients. */
export interface CocobOptions extends CommonOptions {
  /** Bounds the share of its wealth that an element bets at first, > 0. Default 100. */
  readonly alpha?: number;
  /** The largest gradient at the start, > 0. Default 1e-8. */
  readonly epsilon?: number;
}

/**
 * Continuous coin betting: each element bets on the sign of its gradient, more the more it has won; there is no rate to choose.
 *
 * ```text
 * L = max(L, abs(g))     G = G + abs(g)     R = max(R - g (p - p0), 0)     C = C - g
 * p = p0 + C / (L max(G + L, alpha L)) (L + R)
 * ```
 *
 * g is the gradient times the learning rate, which so says little: how far it goes depends on the ratios of gradients alone. p0 are the
 * initial parameters. Slots: `start`, `largest`, `total`, `reward`, `bets`, each `/<parameter>`. Kernels per parameter: 20.
 * As `optax.contrib.cocob`, whose `weight_decay` is `l2` or `weightDecay`, the same here.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = cocob();
 * ```
 * @see Orabona and Tommasi, Training deep networks without learning rates through coin betting, 2017, algorithm 2.
 */
export function cocob(options: CocobOptions = {}): Optimizer {
  const positive = { min: 0, exclusiveMin: true } as const;
  const read = readOptions('cocob', options, {
    ...commonRules({ learningRate: 1 }),
    alpha: option.number({ ...positive, default: 100 }),
    epsilon: option.number({ ...positive, default: 1e-8 }),
  });
  const { alpha, epsilon } = read.values;
  const direction = eachParameter({
    name: 'scale-by-cocob',
    config: read.config,
    slots: {
      start: (parameter) => tf.clone(parameter),
      largest: (parameter) => tf.fill(parameter.shape, epsilon),
      total: tf.zerosLike,
      reward: tf.zerosLike,
      bets: tf.zerosLike,
    },
    rule(update, { parameter, slots, step }) {
      const g = valueOf(update, step);
      const size = tf.abs(g);
      const start = slots['start']!;
      const largest = tf.maximum(slots['largest']!, size);
      const total = tf.add(slots['total']!, size);
      const way = tf.sub(parameter, start);
      const won = tf.sub(slots['reward']!, tf.mul(g, way));
      const reward = tf.maximum(won, tf.zerosLike(won));
      const bets = tf.sub(slots['bets']!, g);
      // Each quotient by itself: the product of two large gradients would leave float32's range.
      const least = tf.maximum(tf.add(total, largest), tf.mul(largest, step.constant(alpha)));
      const wealth = tf.add(tf.div(reward, largest), step.constant(1));
      const bet = tf.mul(tf.div(bets, least), wealth);
      return { update: updateOf(tf.sub(way, bet)), slots: { start, largest, total, reward, bets } };
    },
  });
  return commonOptimizer('cocob', read, { afterRate: [direction] });
}
