import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Batch, Plugin, StepContext } from '@espalier/core';
import { EspalierError, option, readOptions } from '@espalier/core';
import { applyAll } from './composition/apply-all.js';
import { transformsRule } from './composition/transforms-rule.js';
import { stepDraw } from './draw.js';
import { type ImageShape, imageShapeRule, rangeRule, type ValueRange } from './image-options.js';
import type { ImageTransform } from './image-transform.js';

/** Options of {@link augment}. */
export interface AugmentOptions {
  /** What is done to the images, in this order. */
  readonly transforms: readonly ImageTransform[];
  /** Names of the inputs that are images. Default: every float32 input of rank 4, or of the size of `shape` where that is given. */
  readonly inputs?: readonly string[];
  /** `[height, width, channels]` of images that are given as rows `[N, H * W * C]`. */
  readonly shape?: ImageShape;
  /** Smallest and largest value of a pixel. Default [0, 1]. */
  readonly range?: ValueRange;
  /**
   * Names of the targets that are masks, a label for each pixel, `[N, H, W]` or `[N, H, W, 1]`: they are moved as the images are, without
   * interpolation. Default: none.
   */
  readonly masks?: readonly string[];
  /** The plugin's name. Default `augment`. */
  readonly name?: string;
}

/**
 * Changes the images of training batches at random, inside the step: compiled with it, and repeated exactly by a resumed run.
 *
 * The numbers of a step are a function of run seed, plugin name, transform and step, one for each example; all images of an
 * example are changed alike. Evaluation sees the images as they are.
 *
 * @throws EspalierError `invalid-option`; in the first step where inputs are not images.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [horizontalFlip(), randomCrop({ padding: 4 }), cutout({ size: 8 })] });
 * ```
 * @see Shorten and Khoshgoftaar, A survey on image data augmentation for deep learning, 2019.
 */
export function augment(options: AugmentOptions): Plugin<never, never> {
  const { values, config } = readOptions('augment', options, {
    transforms: transformsRule(),
    inputs: option.names({ optional: true }),
    shape: imageShapeRule(),
    range: rangeRule(),
    masks: option.names({ optional: true }),
    name: option.text({ default: 'augment' }),
  });
  const { transforms, inputs, shape, range, masks = [], name } = values;

  const changed = (images: Tensor, input: string, step: StepContext, mask: boolean): Tensor => {
    const examples = images.shape[0]!;
    const seen = shape && !mask ? tf.reshape(images, [examples, ...shape]) : images;
    const draw = stepDraw(step, { range, mask, examples, input });
    const result = applyAll(transforms, seen as Tensor4D, draw);
    return shape && !mask ? tf.reshape(result, [examples, -1]) : result;
  };

  return {
    name,
    config,
    transformBatch(batch, step) {
      if (!step.training) return batch;
      const next: Record<string, Tensor> = { ...batch.inputs };
      for (const key of inputs ?? imagesOf(batch, shape)) {
        checkImages(batch, key, shape);
        next[key] = changed(batch.inputs[key]!, key, step, false);
      }
      const targets: Record<string, Tensor> = { ...batch.targets };
      for (const key of masks) {
        const mask = checkMask(batch, key);
        const [count, height, width] = mask.shape as [number, number, number];
        const pixels = tf.reshape(tf.cast(mask, 'float32'), [count, height, width, 1]);
        const moved = changed(pixels, key, step, true);
        const size = [count, moved.shape[1]!, moved.shape[2]!, ...mask.shape.slice(3)];
        targets[key] = tf.cast(tf.reshape(moved, size), mask.dtype);
      }
      return { ...batch, inputs: next, targets };
    },
  };
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, dim) => size * dim, 1);

function looksRight(images: Tensor, shape: ImageShape | undefined): boolean {
  if (images.dtype !== 'float32') return false;
  return shape ? images.rank === 2 && images.shape[1] === sizeOf(shape) : images.rank === 4;
}

function imagesOf({ inputs }: Batch, shape: ImageShape | undefined): readonly string[] {
  const found = Object.keys(inputs).filter((key) => looksRight(inputs[key]!, shape));
  if (found.length > 0) return found;
  const listed = Object.entries(inputs).map(([key, { dtype, shape: own }]) => `'${key}' ${dtype} [${own}]`);
  return fail(
    `there are no images ${shape ? `of ${sizeOf(shape)} numbers` : '[N, H, W, C]'} among the inputs: ${listed.join(', ')}. ` +
      'Give the shape of images that are rows as shape: [height, width, channels]',
  );
}

function checkImages({ inputs }: Batch, key: string, shape: ImageShape | undefined): void {
  const images = inputs[key];
  if (!images) fail(`input '${key}' does not exist; there are: ${Object.keys(inputs).join(', ')}`);
  if (!looksRight(images, shape)) {
    fail(
      `input '${key}' must be float32 ${shape ? `rows of ${sizeOf(shape)} numbers` : 'images [N, H, W, C]'}, got ${images.dtype} [${images.shape}]`,
    );
  }
}

function checkMask({ targets }: Batch, key: string): Tensor {
  const mask = targets[key];
  if (!mask) fail(`target '${key}' does not exist; there are: ${Object.keys(targets).join(', ')}`);
  if (mask.rank !== 3 && !(mask.rank === 4 && mask.shape[3] === 1)) {
    fail(`target '${key}' must be a mask [N, H, W] or [N, H, W, 1], got [${mask.shape}]`);
  }
  return mask;
}

function fail(message: string): never {
  throw new EspalierError({ code: 'invalid-option', scope: 'augment', message: `${message}.` });
}
