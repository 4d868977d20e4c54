import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect } from 'vitest';
import { wasm } from '../../../packages/backend-wasm/src/index.js';
import { expectClose } from './fixture.js';

export * from './fixture.js';

/** Activates the patched wasm backend. */
export const useWasm = (): Promise<void> => wasm().activate();

/** The same computation on the cpu backend and on wasm, from inputs that are copied over. */
export async function expectAsOnCpu(
  inputs: readonly tf.Tensor[],
  compute: (...inputs: tf.Tensor[]) => tf.Tensor,
  tolerance?: number,
): Promise<void> {
  const copies = inputs.map((input) => ({
    values: input.dataSync().slice(),
    shape: input.shape,
    dtype: input.dtype,
  }));
  const onWasm = tf.tidy(() => compute(...inputs));
  await tf.setBackend('cpu');
  const onCpu = tf.tidy(() =>
    compute(...copies.map(({ values, shape, dtype }) => tf.tensor(values, shape, dtype))),
  );
  const expected = onCpu.dataSync();
  onCpu.dispose();
  await tf.setBackend('wasm');
  expect(onWasm.shape).toEqual(onCpu.shape);
  expect(onWasm.dtype).toBe(onCpu.dtype);
  expectClose(onWasm, expected, tolerance);
  onWasm.dispose();
}
