import * as tf from '@tensorflow/tfjs-core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { TraceBackend } from './trace-backend.js';
import { traceBackendName } from './trace-backend.js';

/** The names of all kernels that tfjs has: it exports each name as a constant of that name. */
export function allKernelNames(): string[] {
  return Object.entries(tf)
    .filter(([name, value]) => value === name && /^_?[A-Z]/.test(name))
    .map(([name]) => name);
}

/** Registers a recording kernel for every kernel name, once per process. */
export function registerTraceKernels(): void {
  if (tf.getKernel('Identity', traceBackendName)) return;
  for (const kernelName of allKernelNames()) {
    tf.registerKernel({
      kernelName,
      backendName: traceBackendName,
      kernelFunc: ({ inputs, attrs, backend }) => {
        const { recorder } = backend as TraceBackend;
        const values = recorder.recordKernel(kernelName, inputs, attrs);
        const infos = values.map((value): TensorInfo => {
          const dataId = (backend as TraceBackend).allocate();
          recorder.bind(dataId, value);
          return { dataId, shape: [...value.shape], dtype: value.dtype as tf.DataType };
        });
        return severalOutputs.has(kernelName) ? infos : (infos[0] as TensorInfo);
      },
    });
  }
}

/** Kernels that give a list, even of one. */
const severalOutputs = new Set(['SplitV', 'Unpack', 'TopK', 'Unique', 'MaxPoolWithArgmax']);
