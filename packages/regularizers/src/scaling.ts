import type { Scalar } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { StepContext } from '@espalier/core';

/**
 * What a penalty's lambda multiplies, of each selected parameter w:
 *
 * | scaling | L1 | L2 |
 * |---|---|---|
 * | `sum` | lambda * sum(abs(w)) | lambda * sum(w^2) |
 * | `half` | lambda / 2 * sum(abs(w)) | lambda / 2 * sum(w^2) |
 * | `per-sample` | lambda / (2 m) * sum(abs(w)) | lambda / (2 m) * sum(w^2) |
 * | `norm` | lambda * norm1(w) = `sum` | lambda * norm2(w) = lambda * sqrt(sum(w^2)) |
 *
 * m is the number of examples in the batch. The terms of all selected parameters are added.
 */
export type Scaling = 'sum' | 'half' | 'per-sample' | 'norm';

/** The scalings by name. */
export const SCALINGS: readonly Scaling[] = ['sum', 'half', 'per-sample', 'norm'];

/** The constant part of a scaling. */
export function scalingFactor(scaling: Scaling): number {
  return scaling === 'half' || scaling === 'per-sample' ? 0.5 : 1;
}

/** The part of a scaling that varies by step. */
export function scaleByBatch(value: Scalar, scaling: Scaling, step: StepContext): Scalar {
  return scaling === 'per-sample' ? tf.div(value, step.scalar('batchSize')) : value;
}
