import { backend_util } from '@tensorflow/tfjs-core';
import { floatsOf, sizeOfShape } from '../wasm-backend.js';
import type { KernelPatch } from './kernel-patch.js';

const larger = (a: number, b: number): number => (a > b || a !== a ? a : b);
const smaller = (a: number, b: number): number => (a < b || a !== a ? a : b);

/** Elementwise maximum and minimum with broadcasting; NaN on either side gives NaN. */
export const extremes: readonly KernelPatch[] = [extreme('Maximum', larger), extreme('Minimum', smaller)];

function extreme(kernelName: string, choose: (a: number, b: number) => number): KernelPatch {
  return {
    kernelName,
    reason: 'a NaN on the right side was dropped',
    build: (stock) => (args) => {
      const { inputs, backend } = args;
      const a = inputs['a']!;
      const b = inputs['b']!;
      if (a.dtype !== 'float32' || b.dtype !== 'float32') return stock.get(kernelName)(args);
      const shape = backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
      const out = backend.makeOutput(shape, 'float32');
      const size = sizeOfShape(shape);
      const to = floatsOf(backend, out);
      const [fromA, fromB] = [floatsOf(backend, a), floatsOf(backend, b)];
      const [indexA, indexB] = [broadcastIndex(a.shape, shape), broadcastIndex(b.shape, shape)];
      for (let i = 0; i < size; i++) {
        const [left, right] = [fromA[indexA(i)]!, fromB[indexB(i)]!];
        to[i] = choose(left, right);
      }
      return out;
    },
  };
}

/** From a position in the result to the position in an operand. */
function broadcastIndex(shape: readonly number[], result: readonly number[]): (position: number) => number {
  const size = sizeOfShape(shape);
  if (size === sizeOfShape(result)) return (position) => position;
  if (size === 1) return () => 0;
  const lead = result.length - shape.length;
  const axes: { size: number; stride: number }[] = [];
  let stride = 1;
  for (let axis = result.length - 1; axis >= 0; axis--) {
    const own = axis >= lead ? shape[axis - lead]! : 1;
    axes.push({ size: result[axis]!, stride: own === 1 ? 0 : stride });
    stride *= own;
  }
  return (position) => {
    let index = 0;
    let rest = position;
    for (const axis of axes) {
      const next = Math.floor(rest / axis.size);
      index += (rest - next * axis.size) * axis.stride;
      rest = next;
    }
    return index;
  };
}
