import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Dataset, HostArray, HostBatch } from '@espalier/core';
import { EspalierError, option, readOptions, toTensorData } from '@espalier/core';
import { checkData } from '@espalier/core/internal';
import { applyAll } from './composition/apply-all.js';
import { transformsRule } from './composition/transforms-rule.js';
import { exampleDraw } from './draw.js';
import { type ImageShape, imageShapeRule, rangeRule, type ValueRange } from './image-options.js';
import type { ImageTransform } from './image-transform.js';

/** Options of {@link transformImages}. */
export interface TransformImagesOptions {
  /** What is done to the images, in this order. */
  readonly transforms: readonly ImageTransform[];
  /** Names of the inputs that are images. Default: every float32 input `[H, W, C]`, or of the size of `shape`. */
  readonly inputs?: readonly string[];
  /** `[height, width, channels]` of images that are given as rows. */
  readonly shape?: ImageShape;
  /** Smallest and largest value of a pixel. Default [0, 1]. */
  readonly range?: ValueRange;
  /** Of the random numbers, a function of it and each example's number. Default 0. */
  readonly seed?: number;
}

/**
 * A data set whose images are changed on the way out, on the active backend of TensorFlow.js: for evaluation and prediction, where
 * `augment` does nothing, and for changes of size.
 *
 * An example is changed in the same way each time: by transforms that draw, too. Each batch costs a pass through the backend.
 *
 * @throws EspalierError `invalid-option`; `invalid-data` for a stream or data without images.
 * @example
 * ```ts
 * const small = transformImages(train, { transforms: [centerCrop({ size: [24, 24] })] });
 * ```
 */
export function transformImages(dataset: Dataset, options: TransformImagesOptions): Dataset {
  const { values } = readOptions('transform-images', options, {
    transforms: transformsRule(),
    inputs: option.names({ optional: true }),
    shape: imageShapeRule(),
    range: rangeRule(),
    seed: option.seed({ default: 0 }),
  });
  return changedImages(dataset, values, 'transform-images', '');
}

/** What {@link changedImages} works with. */
interface Settings extends TransformImagesOptions {
  readonly range: ValueRange;
  readonly seed: number;
}

/** @param streams Put before the names of all random streams. */
export function changedImages(
  dataset: Dataset,
  { transforms, inputs, shape, range, seed }: Settings,
  scope: string,
  streams: string,
): Dataset {
  checkImageData(dataset, scope);
  const keys = imageKeys(dataset, inputs, shape, scope);

  /** `[N, H, W, C]` of one input. */
  const change = (images: Tensor4D, input: string, indices: ArrayLike<number>): Tensor4D => {
    const draw = exampleDraw(seed, indices, { range, mask: false, examples: indices.length, input });
    return applyAll(transforms, images, streams === '' ? draw : draw.within(streams));
  };
  const changeArray = async (array: HostArray, input: string, indices: Uint32Array): Promise<HostArray> => {
    const size = shape ?? (array.shape.slice(1) as unknown as ImageShape);
    const result = tf.tidy(() => {
      const images = tf.tensor(toTensorData(array).slice(), [indices.length, ...size], 'float32');
      const changed = change(images as Tensor4D, input, indices);
      return changed === images ? tf.clone(changed) : changed;
    });
    try {
      const data = (await result.data<'float32'>()).slice();
      return {
        data,
        shape: shape ? [indices.length, data.length / indices.length] : result.shape,
        dtype: 'float32',
      };
    } finally {
      result.dispose();
    }
  };
  const shapeOf = (key: string): readonly number[] =>
    tf.tidy(() => {
      const before = shape ?? (dataset.inputs[key]!.shape as ImageShape);
      const after = change(tf.zeros([1, ...before]), key, [0]).shape.slice(1);
      return shape ? [after.reduce((size, dim) => size * dim, 1)] : after;
    });

  const { size, targets, classNames } = dataset;
  return {
    size,
    targets,
    inputs: {
      ...dataset.inputs,
      ...Object.fromEntries(keys.map((key) => [key, { dtype: 'float32', shape: shapeOf(key) }])),
    },
    ...(classNames && { classNames }),
    async batch(indices): Promise<HostBatch> {
      const batch = await dataset.batch(indices);
      const changed: Record<string, HostArray> = { ...batch.inputs };
      for (const key of keys) changed[key] = await changeArray(batch.inputs[key]!, key, indices);
      return { ...batch, inputs: changed };
    },
  };
}

function checkImageData(dataset: unknown, scope: string): void {
  checkData(dataset, scope);
  if ('open' in dataset) {
    throw new EspalierError({
      code: 'invalid-data',
      scope,
      message: 'the data must be a data set, whose examples have numbers, got a stream.',
    });
  }
}

function imageKeys(
  dataset: Dataset,
  asked: readonly string[] | undefined,
  shape: ImageShape | undefined,
  scope: string,
): readonly string[] {
  const isImage = (key: string): boolean => {
    const spec = dataset.inputs[key];
    if (spec?.dtype !== 'float32') return false;
    if (!shape) return spec.shape.length === 3;
    return spec.shape.length === 1 && spec.shape[0] === shape.reduce((size, dim) => size * dim, 1);
  };
  const keys = asked ?? Object.keys(dataset.inputs).filter(isImage);
  const wrong = keys.find((key) => !isImage(key));
  if (wrong === undefined && keys.length > 0) return keys;
  const listed = Object.entries(dataset.inputs).map(
    ([key, spec]) => `'${key}' ${spec.dtype} [${spec.shape}]`,
  );
  throw new EspalierError({
    code: 'invalid-data',
    scope,
    message:
      `${wrong === undefined ? 'there are no images' : `'${wrong}' is no image`}${shape ? ` of [${shape}] as a row` : ''}; ` +
      `the inputs are: ${listed.join(', ')}. Give the shape of images that are rows as shape: [height, width, channels].`,
  });
}
