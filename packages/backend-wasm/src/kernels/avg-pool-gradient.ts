import { addAveragePoolGradient, poolingOf } from '@espalier/core/internal';
import { floatsOf } from '../wasm-backend.js';
import type { KernelPatch } from './kernel-patch.js';

/** Gradients of average pooling; cells of the padding are not counted, as in its forward pass. */
export const avgPoolGradients: readonly KernelPatch[] = ['AvgPoolGrad', 'AvgPool3DGrad'].map(
  (kernelName) => ({
    kernelName,
    reason: "with padding 'same' the padded cells were counted",
    build:
      () =>
      ({ inputs, attrs, backend }) => {
        const { shape } = inputs['input']!;
        const out = backend.makeOutput(shape, 'float32');
        const dx = floatsOf(backend, out).fill(0);
        addAveragePoolGradient(poolingOf(shape, attrs), floatsOf(backend, inputs['dy']!), dx);
        return out;
      },
  }),
);
