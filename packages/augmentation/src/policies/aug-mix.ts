import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { option, readOptions } from '@espalier/core';
import { asMask, choose } from '../choose.js';
import { samplingRules, type SamplingOptions } from '../geometry/sample.js';
import type { ImageTransform } from '../image-transform.js';
import { wholeBelow } from '../random-range.js';
import { applyOperations, linspace, type OperationTable, posterizing, without } from './operations.js';
import { forChannels } from './rand-augment.js';

const LEVELS = 10;
/** The longest chain. */
const DEEPEST = 3;

/** Strengths of AugMix's operations. */
export const AUG_MIX: OperationTable = {
  shearX: () => linspace(0, 0.3, LEVELS),
  shearY: () => linspace(0, 0.3, LEVELS),
  translateX: (_, width) => linspace(0, width / 3, LEVELS).map(Math.trunc),
  translateY: (height) => linspace(0, height / 3, LEVELS).map(Math.trunc),
  rotate: () => linspace(0, 30, LEVELS),
  posterize: posterizing(LEVELS, 4, 4),
  solarize: () => linspace(1, 0, LEVELS),
  autoContrast: without(LEVELS),
  equalize: without(LEVELS),
};

/** The same with those that common corruptions of test images resemble. */
const ALL: OperationTable = {
  ...AUG_MIX,
  brightness: () => linspace(0, 0.9, LEVELS),
  color: () => linspace(0, 0.9, LEVELS),
  contrast: () => linspace(0, 0.9, LEVELS),
  sharpness: () => linspace(0, 0.9, LEVELS),
};

/** Options of {@link augMix}. */
export interface AugMixOptions extends SamplingOptions {
  /** Strengths are drawn from the first so many of 10 levels. Default 3. */
  readonly severity?: number;
  /** Chains of operations that are mixed. Default 3. */
  readonly width?: number;
  /** Operations in a chain, 1 to 3. Default: drawn for each chain and image. */
  readonly depth?: number;
  /** Whether brightness, color, contrast and sharpness are among the operations. Default true. */
  readonly allOperations?: boolean;
}

/**
 * AugMix: a mixture of an image with some chains of operations on it, shares drawn from Dirichlet(1, ..., 1).
 *
 * As torchvision's `AugMix` with its `alpha` of 1, on floats; images that are not of 3 channels go without `color`. All chains are
 * computed to their full depth. Masks stay.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const plugin = augment({ transforms: [augMix({ severity: 3 })] });
 * ```
 * @see Hendrycks et al., AugMix: a simple data processing method to improve robustness and uncertainty, 2020.
 */
export function augMix(options: AugMixOptions = {}): ImageTransform {
  const { values, config } = readOptions('aug-mix', options, {
    severity: option.integer({ min: 1, max: LEVELS, default: 3 }),
    width: option.integer({ min: 1, default: 3 }),
    depth: option.integer({ min: 1, max: DEEPEST, optional: true }),
    allOperations: option.boolean({ default: true }),
    ...samplingRules,
  });
  const { severity, width, depth, allOperations } = values;
  return {
    name: 'aug-mix',
    config,
    apply(images, draw) {
      if (draw.mask) return images;
      const table = forChannels(allOperations ? ALL : AUG_MIX, images.shape[3]);
      // Exponential numbers over their sum are Dirichlet(1, ..., 1).
      const exponential = (name: string): Tensor => tf.neg(tf.log(tf.sub(1, draw.uniform(name))));
      const parts = Array.from({ length: width }, (_, chain) => exponential(`share-${chain + 1}`));
      // Zero only where every draw was; then nothing of the chains is left.
      const sum = tf.maximum(tf.addN(parts), 1e-20);
      const own = draw.uniform('own');
      let mixed = tf.mul<Tensor4D>(own, images);
      parts.forEach((part, chain) => {
        let now = images;
        const drawnDepth =
          depth === undefined ? wholeBelow(draw.uniform(`depth-${chain + 1}`), DEEPEST) : undefined;
        for (let i = 1; i <= (depth ?? DEEPEST); i++) {
          const place = `${chain + 1}-${i}`;
          const drawn = {
            operation: wholeBelow(draw.uniform(`operation-${place}`), Object.keys(table).length),
            level: wholeBelow(draw.uniform(`level-${place}`), severity),
            sign: draw.uniform(`sign-${place}`),
          };
          const next = applyOperations(now, table, drawn, values, draw);
          now = drawnDepth && i > 1 ? choose(asMask(tf.greaterEqual(drawnDepth, i - 1)), next, now) : next;
        }
        const share = tf.mul(tf.sub(1, own), tf.div(part, sum));
        mixed = tf.add<Tensor4D>(mixed, tf.mul(share, now));
      });
      return mixed;
    },
  };
}
