import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import type { Metric } from '@espalier/core';
import { MetricState } from '@espalier/core';

/** An array of a reference file. */
export interface Plain {
  readonly shape: number[];
  readonly values: number[];
}

/** Outputs, labels and weights of a reference file. */
export interface Data {
  readonly logits: Plain;
  readonly labels: Plain;
  readonly weights?: Plain;
}

/** The metric over batches of these sizes. */
export async function over<Value>(
  metric: Metric<string, Value>,
  { logits, labels, weights }: Data,
  sizes: readonly number[] = [16, 16, 8],
  dtype: 'int32' | 'float32' = 'int32',
): Promise<Value> {
  const state = new MetricState(metric);
  let start = 0;
  for (const size of sizes) {
    const part = ({ shape, values }: Plain, as: 'float32' | 'int32' = 'float32'): tf.Tensor => {
      const width = values.length / shape[0]!;
      return tf.tensor(values.slice(start * width, (start + size) * width), [size, ...shape.slice(1)], as);
    };
    await state.add({
      outputs: part(logits),
      targets: part(labels, dtype),
      ...(weights && { weights: part(weights) }),
    });
    start += size;
  }
  return state.result();
}

/** Expects numbers near those of a reference; a text stands for NaN, which JSON has not. */
export function close(actual: unknown, expected: unknown, digits = 5): void {
  if (Array.isArray(expected)) {
    expect(Array.isArray(actual) && actual.length, JSON.stringify(actual)).toBe(expected.length);
    expected.forEach((value, i) => close((actual as unknown[])[i], value, digits));
  } else if (typeof expected === 'string') expect(actual).toBeNaN();
  else expect(actual).toBeCloseTo(expected as number, digits);
}
