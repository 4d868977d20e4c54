import type { TensorInfo } from '@tensorflow/tfjs-core';
import { arithmeticNames, type ArithmeticName } from '../simd/elementwise-routines.js';
import { simdModule } from '../simd/simd-module.js';
import { addressOf, sizeOfShape, type KernelArguments } from '../wasm-backend.js';
import type { KernelPatch } from './kernel-patch.js';

/** Most rows that are done one by one; with more of them, and short ones, the stock kernel is faster. */
const MOST_ROWS = 512;

/** Elementwise arithmetic of floats where the shapes are alike up to leading or trailing axes; the rest stays stock. */
export const arithmetic: readonly KernelPatch[] = arithmeticNames.map((kernelName) => ({
  kernelName,
  reason: 'the call cost more than the arithmetic on biases, scalars and small batches',
  build(stock) {
    const general = stock.get(kernelName);
    return (args) => simple(kernelName, args) ?? general(args);
  },
}));

/** The result, or `undefined` where the operands broadcast in a way that is not covered here. */
function simple(name: ArithmeticName, { inputs, backend }: KernelArguments): TensorInfo | undefined {
  const a = inputs['a']!;
  const b = inputs['b']!;
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return undefined;
  const sizeA = sizeOfShape(a.shape);
  const sizeB = sizeOfShape(b.shape);
  if (sizeA === 0 || sizeB === 0) return undefined;
  const aIsLarge = sizeA > sizeB || (sizeA === sizeB && a.shape.length >= b.shape.length);
  const [large, small] = aIsLarge ? [a, b] : [b, a];
  if (small.shape.length > large.shape.length) return undefined;
  const rows = rowsOf(large.shape, small.shape);
  if (rows === undefined) return undefined;

  const out = backend.makeOutput(large.shape, 'float32');
  const routines = simdModule(backend).arithmetic[name];
  const [atA, atB, to] = [addressOf(backend, a), addressOf(backend, b), addressOf(backend, out)];
  const { count, length, perRow } = rows;
  const routine = routines[perRow > 1 ? 'EachEach' : aIsLarge ? 'EachOne' : 'OneEach'];
  const [stepLarge, stepSmall] = [4 * length, rows.smallMoves ? 4 : 0];
  for (let row = 0; row < count; row++) {
    const [fromLarge, fromSmall] = [row * stepLarge, row * stepSmall];
    if (aIsLarge) routine(atA + fromLarge, atB + fromSmall, to + fromLarge, length);
    else routine(atA + fromSmall, atB + fromLarge, to + fromLarge, length);
  }
  return out;
}

interface Rows {
  readonly count: number;
  readonly length: number;
  /** Values of the small operand for one row: all of the row, or one. */
  readonly perRow: number;
  /** Whether every row has a value of its own. */
  readonly smallMoves: boolean;
}

function rowsOf(large: readonly number[], small: readonly number[]): Rows | undefined {
  const size = sizeOfShape(large);
  const smallSize = sizeOfShape(small);
  const lead = large.length - small.length;
  if (smallSize === 1) return { count: 1, length: size, perRow: 1, smallMoves: false };
  // Equal trailing axes: the small operand is one row.
  let axis = small.length - 1;
  while (axis >= 0 && small[axis] === large[axis + lead]) axis--;
  const matched = sizeOfShape(small.slice(axis + 1));
  if (matched === smallSize)
    return some({ count: size / smallSize, length: smallSize, perRow: smallSize, smallMoves: false });
  // Equal leading axes, then ones: every row has one value.
  if (lead !== 0) return undefined;
  axis = 0;
  while (axis < small.length && small[axis] === large[axis]) axis++;
  const count = sizeOfShape(small.slice(0, axis));
  return count === smallSize ? some({ count, length: size / count, perRow: 1, smallMoves: true }) : undefined;
}

const some = (rows: Rows): Rows | undefined => (rows.count <= MOST_ROWS ? rows : undefined);
