import { type Dataset, toTensorData } from '@espalier/core';
import type { Case } from '../cases.js';
import type { BatchOf } from '../jax-js-step.js';

/** Batches of a data set in order, over and over, as floats in arrays of their own. */
export function floatBatches(data: Dataset, { batch }: Case): BatchOf {
  const { inputs, targets } = data.arrays!;
  const [x, y] = [Object.values(inputs)[0]!, Object.values(targets)[0]!];
  const row = x.shape.slice(1).reduce((a, b) => a * b, 1);
  const batches = Math.floor(data.size / batch);
  return (step) => {
    const at = (step % batches) * batch;
    const rows = x.data.subarray(at * row, (at + batch) * row);
    const floats = toTensorData({ ...x, data: rows, shape: [batch, row] }) as Float32Array;
    return {
      x: floats === rows ? floats.slice() : floats,
      y: y.data.slice(at, at + batch) as Int32Array,
    };
  };
}
