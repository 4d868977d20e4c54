import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { asMask } from '../choose.js';

/**
 * What lies outside of an image, as `tf.mirrorPad` and scipy's `ndimage` name it:
 *
 * - `constant`: a value;
 * - `nearest`: the pixel at the border, `a a a | a b c | c c c`;
 * - `reflect`: mirrored, without the border again, `c b | a b c | b a`;
 * - `symmetric`: mirrored with it, `b a | a b c | c b` (Keras calls this one `reflect`);
 * - `wrap`: from the other side, `b c | a b c | a b`.
 */
export type FillMode = (typeof FILL_MODES)[number];

/** All of them. */
export const FILL_MODES = ['constant', 'nearest', 'reflect', 'symmetric', 'wrap'] as const;

/** A position inside the image for every whole position, and 1 where that is what it was. */
export interface Folded {
  readonly position: Tensor;
  /** Only where what lies outside is a value. */
  readonly inside: Tensor | undefined;
}

/**
 * Leads whole positions along an axis back into the image.
 *
 * @param size Pixels along the axis.
 */
export function fold(position: Tensor, size: number, mode: FillMode): Folded {
  const last = size - 1;
  const clipped = (): Tensor => tf.clipByValue(position, 0, last);
  if (mode === 'nearest') return { position: clipped(), inside: undefined };
  if (mode === 'constant') {
    const inside = asMask(tf.logicalAnd(tf.greaterEqual(position, 0), tf.lessEqual(position, last)));
    return { position: clipped(), inside };
  }
  if (size === 1) return { position: tf.mul(position, 0), inside: undefined };
  if (mode === 'wrap') return { position: modulo(position, size), inside: undefined };
  const border = mode === 'symmetric' ? 1 : 0;
  const once = modulo(position, 2 * last + 2 * border);
  return { position: tf.minimum(once, tf.sub(2 * last + border, once)), inside: undefined };
}

/** The remainder of whole numbers, never negative. */
function modulo(position: Tensor, size: number): Tensor {
  return tf.sub(position, tf.mul(tf.floor(tf.div(position, size)), size));
}
