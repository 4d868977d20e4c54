import * as tf from '@tensorflow/tfjs-core';
import { quietly } from '../loading/quietly.js';
import type { KernelPatch } from './kernel-patch.js';

/** Kernels without strings that tfjs-node lacks and TensorFlow.js's own `cpu` backend has. */
const NAMES = [
  'BitwiseAnd',
  'DenseBincount',
  'RotateWithOffset',
  'SearchSorted',
  'SparseFillEmptyRows',
  'SparseReshape',
  'SparseSegmentMean',
  'SparseSegmentSum',
  'Transform',
];

type Values = Float32Array | Int32Array | Uint8Array;

/** Computes on the `cpu` backend, which tfjs-node always registers: values there, results back. */
const borrow = (kernelName: string): KernelPatch => ({
  kernelName,
  reason: 'missing; runs in JavaScript',
  build: () => (args) => {
    const cpu = quietly(() => tf.findBackend('cpu')) as unknown as CpuBackend;
    const kernel = tf.getKernel(kernelName, 'cpu');
    const inputs = Object.fromEntries(
      Object.entries(args.inputs).map(([name, tensor]) => {
        const { shape, dtype } = tensor as tf.Tensor;
        const dataId = quietly(() => cpu.write((tensor as tf.Tensor).dataSync() as Values, shape, dtype));
        return [name, { dataId, shape, dtype }];
      }),
    );
    const results: tf.TensorInfo[] = [];
    try {
      results.push(...[kernel.kernelFunc({ ...args, inputs, backend: cpu as never })].flat());
      const copies = results.map(({ dataId, shape, dtype }) =>
        tf.tensor(cpu.readSync(dataId).slice(), shape, dtype),
      );
      return (copies.length === 1 ? copies[0] : copies) as tf.Tensor;
    } finally {
      for (const { dataId } of [...Object.values(inputs), ...results]) cpu.disposeData(dataId);
    }
  },
});

interface CpuBackend {
  write(values: Values, shape: number[], dtype: tf.DataType): object;
  readSync(dataId: object): Values;
  disposeData(dataId: object): boolean;
}

/** Kernels that run on TensorFlow.js's `cpu` backend. */
export const borrowed: readonly KernelPatch[] = NAMES.map(borrow);
