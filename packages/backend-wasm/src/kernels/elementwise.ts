import { simdModule } from '../simd/simd-module.js';
import { addressOf, valuesOf, sizeOfShape } from '../wasm-backend.js';
import type { KernelPatch } from './kernel-patch.js';

/** Values limited to `[clipValueMin, clipValueMax]`; NaN stays NaN. */
export const clipByValue = perValue(
  'ClipByValue',
  'turned NaN into the lower bound and so hid it',
  (attrs) => {
    const [low, high] = [attrs['clipValueMin'] as number, attrs['clipValueMax'] as number];
    return (value) => (value < low ? low : value > high ? high : value);
  },
);

/** Values limited to `[0, 6]`; NaN stays NaN. */
export const relu6 = perValue(
  'Relu6',
  'turned NaN into 0 and so hid it',
  () => (value) => (value < 0 ? 0 : value > 6 ? 6 : value),
);

/** -1, 0 or 1; NaN becomes 0, as on the cpu backend. */
export const sign = perValue(
  'Sign',
  'took tiny values for 0',
  () => (value) => (value > 0 ? 1 : value < 0 ? -1 : 0),
);

/** A kernel over numbers, one by one; bools stay with the stock kernel. */
function perValue(
  kernelName: string,
  reason: string,
  operation: (attrs: Record<string, unknown>) => (value: number) => number,
): KernelPatch {
  return {
    kernelName,
    reason,
    build: (stock) => (args) => {
      const { inputs, attrs, backend } = args;
      const x = inputs['x']!;
      if (x.dtype !== 'float32' && x.dtype !== 'int32') return stock.get(kernelName)(args);
      const apply = operation(attrs);
      const out = backend.makeOutput(x.shape, x.dtype);
      const from = valuesOf(backend, x);
      const to = valuesOf(backend, out);
      for (let i = 0; i < from.length; i++) to[i] = apply(from[i]!);
      return out;
    },
  };
}

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
