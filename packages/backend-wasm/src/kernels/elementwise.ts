import { simdModule } from '../simd/simd-module.js';
import { addressOf, floatsOf, sizeOfShape } from '../wasm-backend.js';
import type { KernelPatch } from './kernel-patch.js';

/** Values limited to `[clipValueMin, clipValueMax]`; NaN stays NaN. */
export const clipByValue: KernelPatch = {
  kernelName: 'ClipByValue',
  reason: 'turned NaN into the lower bound and so hid it',
  build: (stock) => (args) => {
    const { inputs, attrs, backend } = args;
    const x = inputs['x']!;
    if (x.dtype !== 'float32') return stock.get('ClipByValue')(args);
    const [low, high] = [attrs['clipValueMin'] as number, attrs['clipValueMax'] as number];
    const out = backend.makeOutput(x.shape, 'float32');
    const from = floatsOf(backend, x);
    const to = floatsOf(backend, out);
    for (let i = 0; i < from.length; i++) {
      const value = from[i]!;
      to[i] = value < low ? low : value > high ? high : value;
    }
    return out;
  },
};

/** Square roots, four at a time. */
export const sqrt: KernelPatch = {
  kernelName: 'Sqrt',
  reason: 'one value at a time; Adam takes the root of every weight',
  build: (stock) => (args) => {
    const { inputs, backend } = args;
    const x = inputs['x']!;
    if (x.dtype !== 'float32') return stock.get('Sqrt')(args);
    const out = backend.makeOutput(x.shape, 'float32');
    simdModule(backend).squareRoots(addressOf(backend, x), addressOf(backend, out), sizeOfShape(x.shape));
    return out;
  },
};
