import * as tf from '@tensorflow/tfjs-core';
import type { StepContext } from '@espalier/core';
import { stream } from '@espalier/core';
import { unknownScalar } from '@espalier/core/internal';

/**
 * The context of a forward pass that belongs to no run. Its random numbers are those of `stream(seed, name, 0)`, so that two passes
 * draw the same masks.
 */
export function quietStep({ training, seed, examples }: QuietStepOptions): StepContext {
  const scalars: Readonly<Record<string, number>> = {
    learningRate: 0,
    learningRateFactor: 1,
    step: 0,
    epoch: 0,
    batchSize: examples,
  };
  return {
    training,
    scalar(name) {
      const value = scalars[name];
      if (typeof value !== 'number') throw unknownScalar(name, Object.keys(scalars));
      return tf.scalar(value, 'float32');
    },
    random(name, shape, distribution = 'uniform') {
      const numbers = stream(seed, name, 0);
      const size = shape.reduce((product, dim) => product * dim, 1);
      const values = distribution === 'normal' ? numbers.normals(size) : numbers.uniforms(size);
      return tf.tensor(values, shape as number[], 'float32');
    },
    tap: () => undefined,
  };
}

export interface QuietStepOptions {
  /** Whether layers behave as in training: dropout drops, batch normalisation uses the batch. */
  readonly training: boolean;
  readonly seed: number;
  readonly examples: number;
}
