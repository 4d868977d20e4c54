import { type Given, option } from '@espalier/core';
import type { ImageTransform } from '../image-transform.js';

/** Whether a value is an {@link ImageTransform}. */
export function isTransform(value: unknown): value is ImageTransform {
  const { name, apply } = (value ?? {}) as Partial<ImageTransform>;
  return typeof name === 'string' && name !== '' && typeof apply === 'function';
}

/** The rule of an option that is a list of transforms, at least one. */
export function transformsRule<const G extends Given<readonly ImageTransform[]>>(given?: G) {
  return option.custom<readonly ImageTransform[], G>({
    expected: 'a list of transforms that is not empty, e.g. [horizontalFlip()]',
    accepts: (value) => Array.isArray(value) && value.length > 0 && value.every(isTransform),
    ...(given as G),
  });
}
