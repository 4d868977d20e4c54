import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkOptions, EspalierError } from '@espalier/core';
import { plainJson } from '@espalier/core/internal';
import { asMask, choose, chosenWith } from '../choose.js';
import type { ImageTransform } from '../image-transform.js';
import { applyAll, ownNames } from './apply-all.js';
import { isTransform } from './transforms-rule.js';

/**
 * Applies a transform to some of the images, as torchvision's `RandomApply`.
 *
 * @param transform One transform, or several that are applied together.
 * @param probability Share of the images, 0 to 1.
 * @throws EspalierError `invalid-option`; in the first step where the transform changes the size.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [withProbability(randomRotation({ degrees: 30 }), 0.3)] });
 * ```
 */
export function withProbability(
  transform: ImageTransform | readonly ImageTransform[],
  probability: number,
): ImageTransform {
  const check = checkOptions('with-probability');
  const list = checkTransforms('with-probability', Array.isArray(transform) ? transform : [transform]);
  check.number('probability', probability, { min: 0, max: 1 });
  return {
    name: `some/${list.map(({ name }) => name).join('+')}`,
    config: { kind: 'with-probability', probability, transforms: plainJson(list) },
    apply(images, draw) {
      if (probability === 0) return images;
      const changed = applyAll(list, images, draw);
      checkSize('with-probability', images, changed);
      if (probability === 1) return changed;
      return choose(chosenWith(probability, draw.uniform('chosen')), changed, images);
    },
  };
}

/**
 * Applies one of several transforms to each image, as torchvision's `RandomChoice`, which draws one for the whole batch.
 *
 * All are computed for all images.
 *
 * @param transforms At least two.
 * @param weights How often each is taken, >= 0; they are divided by their sum. Default: all alike.
 * @throws EspalierError `invalid-option`; in the first step where a transform changes the size.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [oneOf([randomShear({ x: 10 }), randomRotation({ degrees: 10 })], [1, 3])] });
 * ```
 */
export function oneOf(transforms: readonly ImageTransform[], weights?: readonly number[]): ImageTransform {
  const check = checkOptions('one-of');
  const list = checkTransforms('one-of', transforms);
  if (list.length < 2) check.fail('transforms', 'a list of at least two transforms', transforms);
  const given = weights ?? list.map(() => 1);
  const total = Array.isArray(given) ? given.reduce((sum: number, one) => sum + Number(one), 0) : NaN;
  if (given.length !== list.length || !(total > 0) || !given.every((one) => one >= 0 && one < Infinity)) {
    check.fail('weights', `a list of ${list.length} numbers >= 0, not all of them 0`, weights);
  }
  let sum = 0;
  const ends = given.map((one) => (sum += one) / total);
  return {
    name: `one-of/${list.map(({ name }) => name).join('+')}`,
    config: { kind: 'one-of', transforms: plainJson(list), weights: [...given] },
    apply(images, draw) {
      const uniform = draw.uniform('which');
      let result: Tensor4D | undefined;
      ownNames(list).forEach((name, i) => {
        const changed = list[i]!.apply(images, draw.within(name));
        checkSize('one-of', images, changed);
        const start = i === 0 ? 0 : ends[i - 1]!;
        // The last one ends where all numbers do, whatever the weights' sum was rounded to.
        const within: Tensor[] = [tf.greaterEqual(uniform, start)];
        if (i < list.length - 1) within.push(tf.less(uniform, ends[i]!));
        const chosen = asMask(within.reduce((a, b) => tf.logicalAnd(a, b)));
        const part = tf.mul<Tensor4D>(chosen, changed);
        result = result ? tf.add<Tensor4D>(result, part) : part;
      });
      return result!;
    },
  };
}

function checkTransforms(scope: string, transforms: unknown): readonly ImageTransform[] {
  if (!Array.isArray(transforms) || transforms.length === 0 || !transforms.every(isTransform)) {
    return checkOptions(scope).fail('transforms', 'transforms, e.g. horizontalFlip()', transforms);
  }
  return transforms as readonly ImageTransform[];
}

function checkSize(scope: string, before: Tensor4D, after: Tensor4D): void {
  if (String(before.shape) === String(after.shape)) return;
  throw new EspalierError({
    code: 'invalid-option',
    scope,
    message:
      `a transform made images [${after.shape}] of [${before.shape}]; ` +
      'only some images of a batch get it, so it must keep their size. Put what changes the size into the list itself.',
  });
}
