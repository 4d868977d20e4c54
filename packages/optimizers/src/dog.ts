import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { type CommonOptions, commonOptimizer, commonRules } from './common-options.js';
import { eachParameter } from './transforms/each-parameter.js';
import { type GradientTransform, scaleUpdate, valueOf } from './transforms/gradient-transform.js';
import { sharedSlot, sharedSlots, sumOfAll } from './transforms/shared-numbers.js';

/** Options of {@link dog}. `learningRate` is 1 by default; its authors advise against another. */
export interface DogOptions extends CommonOptions {
  /** The distance at the start, > 0, in units of `1 + norm2(initial parameters)`. Default 1e-6; 1e-4 with batch normalisation. */
  readonly initialDistance?: number;
  /** Added to the sum of squares, > 0. Default 1e-8. */
  readonly epsilon?: number;
  /** A distance and sum for each parameter, as LDoG. Default false: for all together. */
  readonly perParameter?: boolean;
}

/**
 * Distance over gradients: descent whose rate is how far it has come by how much it has been pulled.
 *
 * ```text
 * r = max(r, norm2(p - p0))      r at the start: initialDistance (1 + norm2(p0))
 * G = G + sum(g^2)               G at the start: epsilon
 * p = p - learningRate r / sqrt(G) g
 * ```
 *
 * p0 are the initial parameters; norms and sums are over all parameters. Its authors average the parameters: use `ema` of the callbacks
 * with it. Slots: `start/<parameter>`, and the numbers `distance` and `squares` with the first parameter, or with each. Kernels per
 * parameter: 6. As `DoG` and `LDoG` of the authors' package, whose `weight_decay` is `l2` here.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = dog();
 * ```
 * @see Ivgi et al., DoG is SGD's best friend, 2023.
 */
export function dog(options: DogOptions = {}): Optimizer {
  const positive = { min: 0, exclusiveMin: true } as const;
  const read = readOptions('dog', options, {
    ...commonRules({ learningRate: 1 }),
    initialDistance: option.number({ ...positive, default: 1e-6 }),
    epsilon: option.number({ ...positive, default: 1e-8 }),
    perParameter: option.boolean({ default: false }),
  });
  const { initialDistance, epsilon, perParameter } = read.values;
  const ofNorm = (norm: Tensor): Tensor => tf.mul(tf.add(norm, 1), initialDistance);
  const separate = eachParameter({
    name: 'scale-by-dog',
    config: read.config,
    slots: {
      start: (parameter) => tf.clone(parameter),
      distance: (parameter) => tf.tidy(() => ofNorm(tf.sqrt(tf.sum(tf.square(parameter))))),
      squares: () => tf.scalar(epsilon),
    },
    rule(update, { parameter, slots, step }) {
      const g = valueOf(update, step);
      const way = tf.sqrt(tf.sum(tf.square(tf.sub(parameter, slots['start']!))));
      const distance = tf.maximum(slots['distance']!, way);
      const squares = tf.add(slots['squares']!, tf.sum(tf.square(g)));
      const rate = tf.div<Scalar>(distance, tf.sqrt(squares));
      return {
        update: [{ tensor: tf.mul(g, rate) }],
        slots: { start: slots['start'], distance, squares },
      };
    },
  });
  const together: GradientTransform = {
    name: 'scale-by-dog',
    config: read.config,
    slotNames: ['start', 'distance', 'squares'],
    perParameter: false,
    init(parameters) {
      const norm = tf.tidy(() => {
        const squares = Object.values(parameters).map((parameter) => tf.square(parameter));
        return ofNorm(squares.length === 0 ? tf.scalar(0) : tf.sqrt(sumOfAll(squares)));
      });
      const slots: Record<string, Tensor> = { ...sharedSlots({ squares: epsilon }, parameters) };
      for (const [i, [name, parameter]] of Object.entries(parameters).entries()) {
        slots[`start/${name}`] = tf.clone(parameter);
        if (i === 0) slots[`distance/${name}`] = norm;
      }
      if (Object.keys(parameters).length === 0) norm.dispose();
      return slots;
    },
    update(updates, slots, parameters, step) {
      const gradients = Object.entries(updates).map(
        ([name, update]) => [name, valueOf(update, step)] as const,
      );
      if (gradients.length === 0) return { updates, slots: {} };
      const shared = (slot: string) => sharedSlot(slot, slots, parameters, step.optimizer);
      const started = Object.entries(parameters).filter(([name]) => slots[`start/${name}`]);
      const ways = started.map(([name, parameter]) => tf.square(tf.sub(parameter, slots[`start/${name}`]!)));
      const distance = tf.maximum(slots[shared('distance')]!, tf.sqrt(sumOfAll(ways)));
      const pulled = sumOfAll(gradients.map(([, g]) => tf.square(g)));
      const squares = tf.add(slots[shared('squares')]!, pulled);
      const rate = tf.div<Scalar>(distance, tf.sqrt(squares));
      const scaled = gradients.map(([name, tensor]) => [name, scaleUpdate([{ tensor }], rate)] as const);
      return {
        updates: Object.fromEntries(scaled),
        slots: { [shared('distance')]: distance, [shared('squares')]: squares },
      };
    },
  };
  return commonOptimizer('dog', read, { direction: [perParameter ? separate : together] });
}
