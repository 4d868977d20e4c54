import type { KernelPatch } from './kernel-patch.js';
import { addressOf, heapFloats, sizeOfShape } from '../wasm-backend.js';

/** Up to this many values the call into the stock kernel costs more than the arithmetic. */
const SMALL = 256;

type Operation = (a: number, b: number) => number;

const operations: Record<string, Operation> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Multiply: (a, b) => a * b,
  RealDiv: (a, b) => a / b,
};

/** Elementwise arithmetic of few floats, done here; everything else is the stock kernel's. */
export const smallArithmetic: readonly KernelPatch[] = Object.entries(operations).map(
  ([kernelName, operation]) => ({
    kernelName,
    reason: 'the call cost more than the arithmetic on biases and scalars',
    build(stock) {
      const large = stock.get(kernelName);
      return (args) => {
        const { inputs, backend } = args;
        const a = inputs['a']!;
        const b = inputs['b']!;
        if (a.dtype !== 'float32' || b.dtype !== 'float32') return large(args);
        const sizeA = sizeOfShape(a.shape);
        const sizeB = sizeOfShape(b.shape);
        const shape = b.shape.length === 0 || sameShape(a.shape, b.shape) ? a.shape : b.shape;
        const simple = shape === a.shape || a.shape.length === 0;
        const size = Math.max(sizeA, sizeB);
        if (!simple || size > SMALL || sizeA === 0 || sizeB === 0) return large(args);
        const out = backend.makeOutput(shape, 'float32');
        const heap = heapFloats(backend);
        const [atA, atB, to] = [
          addressOf(backend, a) / 4,
          addressOf(backend, b) / 4,
          addressOf(backend, out) / 4,
        ];
        const stepA = sizeA === size ? 1 : 0;
        const stepB = sizeB === size ? 1 : 0;
        for (let i = 0; i < size; i++)
          heap[to + i] = operation(heap[atA + stepA * i]!, heap[atB + stepB * i]!);
        return out;
      };
    },
  }),
);

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
