import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Plugin } from '@espalier/core';
import { EspalierError, readOptions } from '@espalier/core';
import { choose, chosenWith } from '../choose.js';
import { rectangle } from '../erasing/random-erasing.js';
import { type ImageShape, imageShapeRule } from '../image-options.js';
import { wholeBelow } from '../random-range.js';
import { type MixingOptions, mixingRules } from './mix-up.js';
import { betaNumbers, mixTargets, partners } from './partners.js';

/** Options of {@link cutMix}. */
export interface CutMixOptions extends MixingOptions {
  /** `[height, width, channels]` of images that are given as rows. */
  readonly shape?: ImageShape;
}

/**
 * CutMix: each image gets a rectangle of another, and its target the same share of the other's.
 *
 * The rectangle has the area `1 - share` of the image, share ~ Beta(alpha, alpha), around a random pixel; what lies outside of the image
 * is lost, and the share is that of the pixels which stayed. As torchvision's `CutMix`, drawn for each example. Integer labels
 * become rows of probabilities; example weights are mixed alike.
 *
 * @throws EspalierError `invalid-option`; in the first step where labels have no `classes`, or an input is no image.
 * @example
 * ```ts
 * const plugin = cutMix({ classes: 10, probability: 0.5 });
 * ```
 * @see Yun et al., CutMix: regularization strategy to train strong classifiers with localizable features, 2019.
 */
export function cutMix(options: CutMixOptions = {}): Plugin<never, never> {
  const { values, config } = readOptions('cut-mix', options, {
    ...mixingRules(1, 'cut-mix'),
    shape: imageShapeRule(),
  });
  const { alpha, probability, inputs, shape, name } = values;
  if (probability === 0) return { name, config };
  const numbers = betaNumbers(alpha);

  const asImages = (input: Tensor): Tensor | undefined => {
    if (input.dtype !== 'float32') return undefined;
    if (!shape) return input.rank === 4 ? input : undefined;
    const [height, width, channels] = shape;
    const fits = input.rank === 2 && input.shape[1] === height * width * channels;
    return fits ? tf.reshape(input, [input.shape[0]!, height, width, channels]) : undefined;
  };

  return {
    name,
    config,
    transformBatch(batch, step) {
      if (!step.training) return batch;
      const keys = inputs ?? Object.keys(batch.inputs).filter((key) => asImages(batch.inputs[key]!));
      if (keys.length === 0)
        fail(`there are no images among the inputs: ${Object.keys(batch.inputs).join(', ')}`);
      const next: Record<string, Tensor> = { ...batch.inputs };
      let share: Tensor | undefined;
      for (const key of keys) {
        const given = batch.inputs[key];
        const images = given && asImages(given);
        if (!images) {
          fail(`input '${key}' must be float32 images ${shape ? `as rows of [${shape}]` : '[N, H, W, C]'}`);
        }
        const [count, height, width] = images.shape as [number, number, number];
        const uniform = (what: string): Tensor => step.random(what, [count, 1, 1, 1]);
        const side = tf.mul(tf.sqrt(tf.sub(1, numbers(uniform('share')))), 0.5);
        const along = (what: string, pixels: number) => {
          const half = tf.floor(tf.mul(side, pixels));
          const middle = wholeBelow(uniform(what), pixels);
          return { start: tf.sub(middle, half), end: tf.add(middle, half) };
        };
        let part = rectangle(height, width, along('row', height), along('column', width));
        if (probability < 1) part = tf.mul(part, chosenWith(probability, uniform('chosen')));
        next[key] = tf.reshape(choose(part, partners(images), images), given.shape);
        share ??= tf.sub(1, tf.mean(part, [1, 2], true));
      }
      return { ...mixTargets('cut-mix', batch, share!, values), inputs: next };
    },
  };
}

function fail(message: string): never {
  throw new EspalierError({ code: 'invalid-option', scope: 'cut-mix', message: `${message}.` });
}
