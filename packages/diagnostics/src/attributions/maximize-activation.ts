import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { HostArray } from '@espalier/core';
import { checkOptions, EspalierError, option, readOptions, stream } from '@espalier/core';
import { oneHot, prepareTfjs, toHostArray, valueAndGradients } from '@espalier/core/internal';
import { failData } from '../given-arrays.js';
import { knownNames } from '../known-names.js';
import { applyLayers, bindLayers } from '../layers/run-layers.js';

/** Options of {@link maximizeActivation}. */
export interface MaximizeActivationOptions {
  /** Name of the layer, e.g. `conv_2`. */
  readonly layer: string;
  /** An entry of the layer's last dimension: a neuron of a dense layer, a channel of a convolution. Default 0. */
  readonly unit?: number;
  /** Default 200. */
  readonly steps?: number;
  /** How far a step goes along the gradient; > 0. Default 0.1. */
  readonly learningRate?: number;
  /** Weight of the squared entries that is taken off, >= 0. Default 0.01. */
  readonly decay?: number;
  /** `[lowest, highest]` that each entry is clipped to after each step. Default: none. */
  readonly bounds?: readonly [number, number];
  /** Standard deviation of the input at the start, >= 0. Default 0.1. */
  readonly noise?: number;
  /** Fixes the input at the start. Default 0. */
  readonly seed?: number;
}

/** An input that a unit answers most. */
export interface MaximalInput {
  readonly layer: string;
  readonly unit: number;
  /** `[1, ...]` float32, of the shape of the model's input. */
  readonly input: HostArray;
  /** What the unit gave before each step, and after the last: `steps + 1` numbers. */
  readonly activations: readonly number[];
}

/**
 * Activation maximisation: climbs from noise to an input that a unit of a layer answers most, training off. What a convolution gives is
 * averaged over its places.
 *
 * ```text
 * x <- clip(x + learningRate d/dx (activation(x) - decay / 2 sum x^2))
 * ```
 *
 * A unit behind a ReLU that is off at the start has no gradient: another `seed` or larger `noise` may wake it.
 *
 * @param model A `tf.LayersModel` of one input of numbers, all of whose lengths are known.
 * @param options.layer Its name.
 * @param options.unit Default 0.
 * @param options.steps Default 200.
 * @param options.learningRate Default 0.1.
 * @param options.decay Default 0.01.
 * @param options.bounds Default: none.
 * @param options.noise Default 0.1.
 * @param options.seed Default 0.
 * @throws EspalierError `invalid-model` for several inputs, lengths that are not known, numbers that are looked up; `invalid-option` for
 *   an unknown layer or unit; `invalid-data` where the activation stops being finite.
 * @example
 * ```ts
 * const network = cnn({ inputs: [28, 28, 1], outputs: 10 });
 * const layer = network.layers.at(-1)!.name;
 * const { input, activations } = await maximizeActivation(network, { layer, unit: 3, bounds: [0, 1], steps: 5 });
 * console.log(input.shape, activations.at(-1));
 * ```
 *
 * Erhan et al., Visualizing higher-layer features of a deep network, 2009. Simonyan et al., Deep inside convolutional networks, 2013.
 */
export async function maximizeActivation(
  model: tfl.LayersModel,
  options: MaximizeActivationOptions,
): Promise<MaximalInput> {
  const scope = 'maximize-activation';
  const { layer, unit, steps, learningRate, decay, bounds, noise, seed } = readOptions(scope, options, {
    layer: option.text(),
    unit: option.integer({ min: 0, default: 0 }),
    steps: option.integer({ min: 1, default: 200 }),
    learningRate: option.number({ min: 0, exclusiveMin: true, default: 0.1 }),
    decay: option.number({ min: 0, default: 0.01 }),
    bounds: option.custom<readonly [number, number], { readonly optional: true }>({
      optional: true,
      expected: '[lowest, highest], finite and rising',
      accepts: (value) =>
        Array.isArray(value) && value.length === 2 && value.every(Number.isFinite) && value[0] < value[1],
    }),
    noise: option.number({ min: 0, default: 0.1 }),
    seed: option.seed({ default: 0 }),
  }).values;
  const bound = bindLayers(scope, model);
  const [[name, own] = ['', []], ...others] = Object.entries(bound.inputShapes);
  const shape = [1, ...own.slice(1)];
  if (others.length > 0 || shape.includes(null) || Object.hasOwn(bound.inputLimits ?? {}, name))
    throw new EspalierError({
      code: 'invalid-model',
      scope,
      message: 'the model must have one input of numbers, all of whose lengths but the first are known.',
    });
  const names = bound.layers().map((one) => one.name);
  if (!names.includes(layer))
    checkOptions(scope).fail('layer', `the name of a layer (${knownNames(names, layer)})`, layer);
  prepareTfjs();
  const sizes = shape as number[];
  const clipped = (x: tf.Tensor): tf.Tensor => (bounds ? tf.clipByValue(x, bounds[0], bounds[1]) : x);

  const kept: tf.Tensor[] = [];
  /** What the unit gives for an input: the mean over places. */
  const activationOf = (x: tf.Tensor): tf.Scalar => {
    let given: tf.Tensor | undefined;
    // The pass releases what its layers gave: the copy outlives it, and goes with the step.
    applyLayers(bound, { [name]: x }, bound.weights(), (at, output) => {
      if (at === layer) kept.push((given = tf.keep(tf.clone(output))));
    });
    if (!given) return checkOptions(scope).fail('layer', 'a layer with one output', layer);
    const units = given.shape.at(-1)!;
    if (unit >= units) checkOptions(scope).fail('unit', `less than ${units}, what '${layer}' has`, unit);
    const chosen = tf.reshape(oneHot(tf.tensor1d([unit], 'int32'), units), [units]);
    return tf.sum<tf.Scalar>(tf.mul(tf.mean(tf.reshape(given, [-1, units]), 0), chosen));
  };
  const activations: number[] = [];
  const record = async (value: tf.Tensor): Promise<void> => {
    const [activation] = await value.data();
    if (!Number.isFinite(activation))
      failData(
        scope,
        `the activation is ${activation} after ${activations.length} steps. A smaller learningRate, more decay or bounds keep it finite.`,
      );
    activations.push(activation!);
  };
  const count = sizes.reduce((product, length) => product * length, 1);
  let x = tf.tidy(() => {
    const normals = tf.tensor(stream(seed, scope, 0).normals(count), sizes, 'float32');
    return clipped(tf.mul(normals, noise));
  });
  try {
    for (let step = 0; step < steps; step++) {
      const before = x;
      const [value, next] = tf.tidy(() => {
        const found = valueAndGradients(() => ({ value: activationOf(before), aux: {} }), { x: before });
        const rise = tf.sub(found.gradients['x'] ?? tf.zerosLike(before), tf.mul(before, decay));
        return [found.value, clipped(tf.add(before, tf.mul(rise, learningRate)))] as [tf.Tensor, tf.Tensor];
      });
      before.dispose();
      tf.dispose(kept.splice(0));
      x = next;
      await record(value).finally(() => value.dispose());
    }
    const last = tf.tidy(() => activationOf(x));
    await record(last).finally(() => last.dispose());
    return { layer, unit, input: await toHostArray(x), activations };
  } finally {
    tf.dispose(kept);
    x.dispose();
  }
}
