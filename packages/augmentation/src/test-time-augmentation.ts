import * as tf from '@tensorflow/tfjs-core';
import type { Dataset } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { transformsRule } from './composition/transforms-rule.js';
import { imageShapeRule, rangeRule } from './image-options.js';
import { changedImages, type TransformImagesOptions } from './transform-images.js';

/** Whatever predicts as a trainer of `@espalier/core` does. */
export interface Predictor {
  predict(
    data: Dataset,
    options?: { readonly batchSize?: number },
  ): Promise<tf.Tensor | Record<string, tf.Tensor>>;
}

/** Options of {@link testTimeAugmentation}. */
export interface TestTimeAugmentationOptions extends TransformImagesOptions {
  /** How often each example is changed and predicted, at least 1. Default 8. */
  readonly views?: number;
  /** Whether the prediction of the unchanged images is averaged too. Default true. */
  readonly original?: boolean;
  /** What is averaged: the model's outputs, or what softmax (over the last axis) or the logistic function makes of them. Default `outputs`. */
  readonly average?: 'outputs' | 'softmax' | 'sigmoid';
  /** Default: the predictor's. */
  readonly batchSize?: number;
}

/**
 * Predictions averaged over several random changes of each image. As fastai's `tta`, with equal weights.
 *
 * @param predictor A `Trainer`.
 * @param dataset Images; targets are not looked at.
 * @returns `[N, ...]`; by output name where there are several. The caller disposes it.
 * @throws EspalierError `invalid-option`; `invalid-data` for a stream or data without images.
 * @example
 * ```ts
 * const options = { transforms: [horizontalFlip(), randomCrop({ padding: 2 })], average: 'softmax' } as const;
 * const probabilities = await testTimeAugmentation(trainer, validation, options);
 * ```
 */
export async function testTimeAugmentation(
  predictor: Predictor,
  dataset: Dataset,
  options: TestTimeAugmentationOptions,
): Promise<tf.Tensor | Record<string, tf.Tensor>> {
  const { values } = readOptions('test-time-augmentation', options, {
    transforms: transformsRule(),
    inputs: option.names({ optional: true }),
    shape: imageShapeRule(),
    range: rangeRule(),
    seed: option.seed({ default: 0 }),
    views: option.integer({ min: 1, default: 8 }),
    original: option.boolean({ default: true }),
    average: option.oneOf(['outputs', 'softmax', 'sigmoid'], { default: 'outputs' }),
    batchSize: option.integer({ min: 1, optional: true }),
  });
  const { views, original, average, batchSize } = values;
  if (typeof (predictor as Partial<Predictor> | undefined)?.predict !== 'function') {
    checkOptions('test-time-augmentation').fail('predictor', 'a Trainer', predictor);
  }
  const finish = { outputs: (x: tf.Tensor) => x, softmax: (x: tf.Tensor) => tf.softmax(x), sigmoid: (x: tf.Tensor) => tf.sigmoid(x) }[average]; // prettier-ignore

  let sums: Record<string, tf.Tensor> | undefined;
  let single = true;
  const count = views + (original ? 1 : 0);
  const add = async (data: Dataset): Promise<void> => {
    const given = await predictor.predict(data, batchSize === undefined ? {} : { batchSize });
    single = given instanceof tf.Tensor;
    const outputs = given instanceof tf.Tensor ? { output: given } : given;
    const before = sums;
    sums = tf.tidy(() =>
      Object.fromEntries(
        Object.entries(outputs).map(([name, output]) => {
          const share = tf.div(finish(output), count);
          return [name, before ? tf.add(before[name]!, share) : share];
        }),
      ),
    );
    tf.dispose([outputs, before ?? []]);
  };
  try {
    if (original) await add(dataset);
    for (let view = 1; view <= views; view++) {
      await add(changedImages(dataset, values, 'test-time-augmentation', `view-${view}`));
    }
  } catch (error) {
    if (sums) tf.dispose(sums);
    throw error;
  }
  return single ? sums!['output']! : sums!;
}
