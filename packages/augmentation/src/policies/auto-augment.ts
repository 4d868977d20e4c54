import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { EspalierError, option, readOptions } from '@espalier/core';
import { asMask, choose } from '../choose.js';
import { samplingRules, type SamplingOptions } from '../geometry/sample.js';
import type { ImageTransform } from '../image-transform.js';
import { wholeBelow } from '../random-range.js';
import {
  applyOperations,
  linspace,
  type OperationName,
  type OperationTable,
  posterizing,
  without,
} from './operations.js';

/** Levels of strength that the policies name. */
const LEVELS = 10;

/** Strengths of AutoAugment's operations. */
export const AUTO_AUGMENT: Readonly<Required<OperationTable>> = {
  identity: without(LEVELS),
  shearX: () => linspace(0, 0.3, LEVELS),
  shearY: () => linspace(0, 0.3, LEVELS),
  translateX: (_, width) => linspace(0, (150 / 331) * width, LEVELS).map(Math.trunc),
  translateY: (height) => linspace(0, (150 / 331) * height, LEVELS).map(Math.trunc),
  rotate: () => linspace(0, 30, LEVELS),
  brightness: () => linspace(0, 0.9, LEVELS),
  color: () => linspace(0, 0.9, LEVELS),
  contrast: () => linspace(0, 0.9, LEVELS),
  sharpness: () => linspace(0, 0.9, LEVELS),
  posterize: posterizing(LEVELS, 8, 4),
  solarize: () => linspace(1, 0, LEVELS),
  autoContrast: without(LEVELS),
  equalize: without(LEVELS),
  invert: without(LEVELS),
};

/**
 * The policies that the paper found: each line two steps, each step an operation, its probability and its level.
 */
export const POLICIES = {
  imagenet: `
    posterize 0.4 8, rotate 0.6 9
    solarize 0.6 5, autoContrast 0.6 0
    equalize 0.8 0, equalize 0.6 0
    posterize 0.6 7, posterize 0.6 6
    equalize 0.4 0, solarize 0.2 4
    equalize 0.4 0, rotate 0.8 8
    solarize 0.6 3, equalize 0.6 0
    posterize 0.8 5, equalize 1 0
    rotate 0.2 3, solarize 0.6 8
    equalize 0.6 0, posterize 0.4 6
    rotate 0.8 8, color 0.4 0
    rotate 0.4 9, equalize 0.6 0
    equalize 0 0, equalize 0.8 0
    invert 0.6 0, equalize 1 0
    color 0.6 4, contrast 1 8
    rotate 0.8 8, color 1 2
    color 0.8 8, solarize 0.8 7
    sharpness 0.4 7, invert 0.6 0
    shearX 0.6 5, equalize 1 0
    color 0.4 0, equalize 0.6 0
    equalize 0.4 0, solarize 0.2 4
    solarize 0.6 5, autoContrast 0.6 0
    invert 0.6 0, equalize 1 0
    color 0.6 4, contrast 1 8
    equalize 0.8 0, equalize 0.6 0`,
  cifar10: `
    invert 0.1 0, contrast 0.2 6
    rotate 0.7 2, translateX 0.3 9
    sharpness 0.8 1, sharpness 0.9 3
    shearY 0.5 8, translateY 0.7 9
    autoContrast 0.5 0, equalize 0.9 0
    shearY 0.2 7, posterize 0.3 7
    color 0.4 3, brightness 0.6 7
    sharpness 0.3 9, brightness 0.7 9
    equalize 0.6 0, equalize 0.5 0
    contrast 0.6 7, sharpness 0.6 5
    color 0.7 7, translateX 0.5 8
    equalize 0.3 0, autoContrast 0.4 0
    translateY 0.4 3, sharpness 0.2 6
    brightness 0.9 6, color 0.2 8
    solarize 0.5 2, invert 0 0
    equalize 0.2 0, autoContrast 0.6 0
    equalize 0.2 0, equalize 0.6 0
    color 0.9 9, equalize 0.6 0
    autoContrast 0.8 0, solarize 0.2 8
    brightness 0.1 3, color 0.7 0
    solarize 0.4 5, autoContrast 0.9 0
    translateY 0.9 9, translateY 0.7 9
    autoContrast 0.9 0, solarize 0.8 3
    equalize 0.8 0, invert 0.1 0
    translateY 0.7 9, autoContrast 0.9 0`,
  svhn: `
    shearX 0.9 4, invert 0.2 0
    shearY 0.9 8, invert 0.7 0
    equalize 0.6 0, solarize 0.6 6
    invert 0.9 0, equalize 0.6 0
    equalize 0.6 0, rotate 0.9 3
    shearX 0.9 4, autoContrast 0.8 0
    shearY 0.9 8, invert 0.4 0
    shearY 0.9 5, solarize 0.2 6
    invert 0.9 0, autoContrast 0.8 0
    equalize 0.6 0, rotate 0.9 3
    shearX 0.9 4, solarize 0.3 3
    shearY 0.8 8, invert 0.7 0
    equalize 0.9 0, translateY 0.6 6
    invert 0.9 0, equalize 0.6 0
    contrast 0.3 3, rotate 0.8 4
    invert 0.8 0, translateY 0 2
    shearY 0.7 6, solarize 0.4 8
    invert 0.6 0, rotate 0.8 4
    shearY 0.3 7, translateX 0.9 3
    shearX 0.1 6, invert 0.6 0
    solarize 0.7 2, translateY 0.6 7
    shearY 0.8 4, invert 0.8 0
    shearX 0.7 9, translateY 0.8 3
    shearY 0.8 5, autoContrast 0.7 0
    shearX 0.7 2, invert 0.1 0`,
} as const;

/** One step of every line of a policy. */
export interface PolicyStage {
  /** The operations of this step, `identity` first. */
  readonly table: OperationTable;
  /** Of each line: the operation's place in the table, its probability and level. */
  readonly operations: readonly number[];
  readonly probabilities: readonly number[];
  readonly levels: readonly number[];
}

/** A policy as numbers: its first and second steps. */
export function policyStages(policy: keyof typeof POLICIES): readonly PolicyStage[] {
  const lines = POLICIES[policy]
    .trim()
    .split('\n')
    .map((line) => line.trim().split(', '));
  return [0, 1].map((which) => {
    const steps = lines.map((line) => line[which]!.split(' '));
    const names = ['identity', ...new Set(steps.map(([name]) => name!))] as OperationName[];
    return {
      table: Object.fromEntries(names.map((name) => [name, AUTO_AUGMENT[name]])),
      operations: steps.map(([name]) => names.indexOf(name as OperationName)),
      probabilities: steps.map(([, probability]) => Number(probability)),
      levels: steps.map(([, , level]) => Number(level)),
    };
  });
}

/** Options of {@link autoAugment}. */
export interface AutoAugmentOptions extends SamplingOptions {
  /** For which data set it was found. Default `imagenet`. */
  readonly policy?: 'imagenet' | 'cifar10' | 'svhn';
}

/**
 * AutoAugment: for each image one of 25 pairs of operations that were found by search, each of the two with its probability.
 *
 * As torchvision's `AutoAugment` on floats; images must have 3 channels. Interpolation: `nearest` unless told otherwise.
 *
 * @throws EspalierError `invalid-option`; in the first step for images that are not of 3 channels.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [autoAugment({ policy: 'cifar10' })] });
 * ```
 * @see Cubuk et al., AutoAugment: learning augmentation strategies from data, 2019.
 */
export function autoAugment(options: AutoAugmentOptions = {}): ImageTransform {
  const { values, config } = readOptions('auto-augment', options, {
    policy: option.oneOf(['imagenet', 'cifar10', 'svhn'], { default: 'imagenet' }),
    ...samplingRules,
    interpolation: option.oneOf(['bilinear', 'nearest'], { default: 'nearest' }),
  });
  const stages = policyStages(values.policy);
  return {
    name: 'auto-augment',
    config,
    apply(images, draw) {
      if (images.shape[3] !== 3 && !draw.mask) {
        throw new EspalierError({
          code: 'invalid-option',
          scope: 'auto-augment',
          message: `the policies are for images of 3 channels; these have ${images.shape[3]}. Take trivialAugment().`,
        });
      }
      const uniform = draw.uniform('line');
      const line = tf.cast(tf.reshape(wholeBelow(uniform, stages[0]!.operations.length), [-1]), 'int32');
      const of = (list: readonly number[]): Tensor =>
        tf.reshape(tf.gather(tf.tensor1d([...list], 'float32'), line), uniform.shape);
      return stages.reduce((now, { table, operations, probabilities, levels }, i) => {
        const taken = asMask(tf.less(draw.uniform(`taken-${i + 1}`), of(probabilities)));
        const drawn = {
          operation: choose(taken, of(operations), tf.zerosLike(taken)),
          level: of(levels),
          sign: draw.uniform(`sign-${i + 1}`),
        };
        return applyOperations(now, table, drawn, values, draw);
      }, images);
    },
  };
}
