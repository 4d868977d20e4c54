import type { RandomStream } from '@espalier/core';
import { cosPi, log } from '@espalier/core/internal';
import { uniform53 } from '../space/unit-interval.js';

/** Draws of a standard normal distribution, by two uniform ones each: the method of Box and Muller. */
export function normalDraw(random: RandomStream): () => number {
  return () => Math.sqrt(-2 * log(1 - uniform53(random))) * cosPi(2 * uniform53(random));
}
