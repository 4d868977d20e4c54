import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { option, readOptions, stream } from '@espalier/core';
import type { GivenArrays } from '../given-arrays.js';
import type { AttributionOptions, Attributions } from './score.js';
import { attribute, ATTRIBUTION_RULES, scorer } from './score.js';

/** Options of {@link saliency}. */
export interface SaliencyOptions extends AttributionOptions {
  /** Whether signs are dropped. Default true. */
  readonly absolute?: boolean;
}

/** Options of {@link smoothGrad}. */
export interface SmoothGradOptions extends AttributionOptions {
  /** How many noisy copies. Default 25. */
  readonly samples?: number;
  /** Standard deviation of the noise over the range (largest less smallest) of each input array; > 0. Default 0.15. */
  readonly noise?: number;
  /** Fixes the noise. Default 0. */
  readonly seed?: number;
}

/**
 * Saliency: how steeply the output rises with each entry of the inputs.
 *
 * ```text
 * |d score / d x|
 * ```
 *
 * @param model Logits make better scores than probabilities, which are flat where the model is sure.
 * @param inputs `[N, ...]` as `activations` takes them. They stay the caller's.
 * @param options.targets Default: each example's largest output.
 * @param options.output Default: the first.
 * @param options.absolute Default true.
 * @throws EspalierError `invalid-model`, `invalid-option`, `invalid-data`.
 * @example
 * ```ts
 * const layers = mlp({ inputs: 4, hidden: [8, 8], outputs: 3 });
 * const { targets, values } = await saliency(layers, tf.randomUniform([10, 4]));
 * console.log(targets, Object.values(values)[0]!.shape);
 * ```
 *
 * Simonyan et al., Deep inside convolutional networks, 2013. As captum's `Saliency`.
 */
export async function saliency(
  model: tfl.LayersModel,
  inputs: GivenArrays,
  options: SaliencyOptions = {},
): Promise<Attributions> {
  const { absolute, ...rest } = readOptions('saliency', options, {
    ...ATTRIBUTION_RULES,
    absolute: option.boolean({ default: true }),
  }).values;
  const of = scorer('saliency', model, inputs, rest);
  return attribute(of, () => {
    const gradients = of.gradients(of.inputs);
    return absolute ? mapped(gradients, (gradient) => tf.abs(gradient)) : gradients;
  });
}

/**
 * The gradient times the input: what each entry would take from the output of a linear model by being 0.
 *
 * @param inputs `[N, ...]`, see {@link saliency}.
 * @param options.targets Default: each example's largest output.
 * @param options.output Default: the first.
 * @throws EspalierError as {@link saliency}.
 * @example
 * ```ts
 * const layers = mlp({ inputs: 4, hidden: [8, 8], outputs: 3 });
 * console.log(await inputXGradient(layers, tf.randomUniform([10, 4]), { targets: 2 }));
 * ```
 *
 * Shrikumar et al., 2016. As captum's `InputXGradient`.
 */
export async function inputXGradient(
  model: tfl.LayersModel,
  inputs: GivenArrays,
  options: AttributionOptions = {},
): Promise<Attributions> {
  const of = scorer(
    'input-x-gradient',
    model,
    inputs,
    readOptions('input-x-gradient', options, ATTRIBUTION_RULES).values,
  );
  return attribute(of, () =>
    mapped(of.gradients(of.inputs), (gradient, name) => tf.mul(gradient, of.inputs[name]!)),
  );
}

/**
 * SmoothGrad: the mean gradient over copies of the inputs with normal noise, signs kept.
 *
 * @param inputs `[N, ...]`, see {@link saliency}.
 * @param options.samples Default 25.
 * @param options.noise Default 0.15.
 * @param options.seed Default 0.
 * @param options.targets Default: each example's largest output.
 * @param options.output Default: the first.
 * @throws EspalierError as {@link saliency}.
 * @example
 * ```ts
 * const layers = mlp({ inputs: 4, hidden: [8, 8], outputs: 3 });
 * console.log(await smoothGrad(layers, tf.randomUniform([10, 4]), { samples: 50 }));
 * ```
 *
 * Smilkov et al., SmoothGrad, 2017.
 */
export async function smoothGrad(
  model: tfl.LayersModel,
  inputs: GivenArrays,
  options: SmoothGradOptions = {},
): Promise<Attributions> {
  const { samples, noise, seed, ...rest } = readOptions('smooth-grad', options, {
    ...ATTRIBUTION_RULES,
    samples: option.integer({ min: 1, default: 25 }),
    noise: option.number({ min: 0, exclusiveMin: true, default: 0.15 }),
    seed: option.seed({ default: 0 }),
  }).values;
  const of = scorer('smooth-grad', model, inputs, rest);
  return attribute(of, () => {
    const scales = mapped(of.inputs, (input) => tf.mul(tf.sub(tf.max(input), tf.min(input)), noise));
    let sums = mapped(of.inputs, (input) => tf.zerosLike(input));
    for (let sample = 0; sample < samples; sample++) {
      const before = sums;
      sums = tf.tidy(() => {
        const noisy = mapped(of.inputs, (input, name) => {
          const normals = stream(seed, `smooth-grad/${name}`, sample).normals(input.size);
          return tf.add(input, tf.mul(tf.tensor(normals, input.shape, 'float32'), scales[name]!));
        });
        const gradients = of.gradients(noisy);
        return mapped(before, (sum, name) => tf.add(sum, gradients[name]!));
      });
      tf.dispose(before);
    }
    return mapped(sums, (sum) => tf.div(sum, samples));
  });
}

/** Another tensor for each. */
export function mapped(
  tensors: Readonly<Record<string, tf.Tensor>>,
  f: (tensor: tf.Tensor, name: string) => tf.Tensor,
): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, f(tensor, name)]));
}
