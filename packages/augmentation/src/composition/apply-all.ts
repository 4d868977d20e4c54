import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Draw } from '../draw.js';
import type { ImageTransform } from '../image-transform.js';

/**
 * One transform after the other. Each draws under its name, a second of the same name under `<name>#2`, so that adding one changes no
 * numbers of others.
 */
export function applyAll(transforms: readonly ImageTransform[], images: Tensor4D, draw: Draw): Tensor4D {
  let now = images;
  ownNames(transforms).forEach((name, i) => {
    now = transforms[i]!.apply(now, draw.within(name));
  });
  return now;
}

/** The names of transforms, a number behind those that come again. */
export function ownNames(transforms: readonly ImageTransform[]): readonly string[] {
  const seen = new Map<string, number>();
  return transforms.map(({ name }) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}#${count}`;
  });
}
