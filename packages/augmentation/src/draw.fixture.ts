import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Draw } from './draw.js';

/** A draw that gives numbers fixed by name: one for all examples, or one for each. */
export function fixedDraw(
  examples: number,
  numbers: Readonly<Record<string, number | readonly number[]>> = {},
  about: Partial<Pick<Draw, 'range' | 'mask'>> = {},
): Draw {
  const own: Draw = {
    range: [0, 1],
    mask: false,
    ...about,
    uniform(name) {
      const value = numbers[name];
      if (value === undefined) throw new Error(`nothing was given for '${name}'`);
      const list = typeof value === 'number' ? Array<number>(examples).fill(value) : value;
      return tf.tensor([...list], [examples, 1, 1, 1]) as Tensor4D;
    },
    normals: (name, shape) => tf.fill([...shape], numbers[name] as number),
    uniforms: (name, shape) => tf.fill([...shape], numbers[name] as number),
    within: () => own,
  };
  return own;
}
