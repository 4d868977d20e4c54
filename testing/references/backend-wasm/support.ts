import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect } from 'vitest';
import { wasm } from '../../../packages/backend-wasm/src/index.js';
import { expectClose, numbers, type Stored, tensor } from './fixture.js';

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

/** A convolution of PyTorch: inputs, and the gradients of both for one of the output. */
export interface ConvolutionCase {
  readonly x: Stored;
  readonly filter: Stored;
  readonly dy: Stored;
  readonly dx: Stored;
  readonly dFilter: Stored;
}

/** Both gradients of a convolution are those of PyTorch. */
export function expectConvolutionGradients(
  convolve: (x: tf.Tensor, filter: tf.Tensor) => tf.Tensor,
  { x, filter, dy, dx, dFilter }: ConvolutionCase,
): void {
  tf.tidy(() => {
    const [ofX, ofFilter] = tf.grads(convolve)([tensor(x), tensor(filter)], tensor(dy));
    expect(ofX!.shape).toEqual(x.shape);
    expect(ofFilter!.shape).toEqual(filter.shape);
    expectClose(ofX!, numbers(dx));
    expectClose(ofFilter!, numbers(dFilter));
  });
}
