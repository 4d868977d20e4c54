import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { StepContext } from '@espalier/core';
import { sizeOf, stream } from '@espalier/core';

/** The random numbers of one transform, and what it must know of the images beside their values. */
export interface Draw {
  /** Smallest and largest value of a pixel. */
  readonly range: readonly [min: number, max: number];
  /** The images are masks: labels of pixels, which are moved and neither mixed nor changed. */
  readonly mask: boolean;
  /** `[N, 1, 1, 1]` numbers uniform in [0, 1), one for each example: the same for all images of an example. */
  uniform(name: string): Tensor4D;
  /** Standard normal numbers of this shape, `[N, ...]`, different for each input. */
  normals(name: string, shape: readonly number[]): Tensor;
  /** Numbers uniform in [0, 1) of this shape, `[N, ...]`, different for each input. */
  uniforms(name: string, shape: readonly number[]): Tensor;
  /** The numbers of a transform inside this one. */
  within(name: string): Draw;
}

/** What numbers are drawn for. */
interface Subject {
  readonly range: readonly [min: number, max: number];
  readonly mask: boolean;
  /** Number of examples. */
  readonly examples: number;
  /** Name of the input. */
  readonly input: string;
}

/** Where numbers come from. */
type Source = (name: string, shape: readonly number[], distribution: 'uniform' | 'normal') => Tensor;

function drawOf(source: Source, subject: Subject, prefix: string): Draw {
  const { range, mask, examples, input } = subject;
  return {
    range,
    mask,
    uniform: (name) => source(prefix + name, [examples, 1, 1, 1], 'uniform') as Tensor4D,
    normals: (name, shape) => source(`${prefix}${name}/${input}`, shape, 'normal'),
    uniforms: (name, shape) => source(`${prefix}${name}/${input}`, shape, 'uniform'),
    within: (name) => drawOf(source, subject, `${prefix}${name}/`),
  };
}

/** Draws from the streams of a training step. */
export function stepDraw(step: StepContext, subject: Subject): Draw {
  return drawOf((name, shape, distribution) => step.random(name, shape, distribution), subject, '');
}

/** Draws outside of a step: a pure function of seed, name and each example's number, so that batches do not matter. */
export function exampleDraw(seed: number, indices: ArrayLike<number>, subject: Subject): Draw {
  const source: Source = (name, shape, distribution) => {
    const size = sizeOf(shape.slice(1));
    const values = new Float32Array(indices.length * size);
    for (let i = 0; i < indices.length; i++) {
      const numbers = stream(seed, name, indices[i]);
      values.set(distribution === 'uniform' ? numbers.uniforms(size) : numbers.normals(size), i * size);
    }
    return tf.tensor(values, [...shape], 'float32');
  };
  return drawOf(source, subject, '');
}
