import type { TensorInfo } from '@tensorflow/tfjs-core';
import { NARROW_COLUMNS, ROW_STEP, WIDE_COLUMNS } from '../simd/reduction-routines.js';
import { simdModule, type SimdModule } from '../simd/simd-module.js';
import { addressOf, heapDoubles, heapFloats, type WasmBackend } from '../wasm-backend.js';

/** An input seen as `[outer, reduce, inner]`; the middle is summed. */
export interface Extent {
  readonly outer: number;
  readonly reduce: number;
  readonly inner: number;
}

/** Rows below this length are not worth a call into the routines. */
const SHORT = 64;

/** Sums of floats in double precision, divided by `by` and then rounded once. */
export function sumFloats(
  backend: WasmBackend,
  input: TensorInfo,
  to: { [index: number]: number },
  { outer, reduce, inner }: Extent,
  by: number,
): void {
  const simd = simdModule(backend);
  const address = addressOf(backend, input);
  const floats = heapFloats(backend);
  for (let block = 0; block < outer; block++) {
    const start = address + 4 * block * reduce * inner;
    if (inner === 1)
      to[block] =
        (reduce < SHORT ? sumShort(floats, start / 4, reduce) : sumRow(backend, simd, start, reduce)) / by;
    else sumColumns(backend, simd, start, reduce, inner, to, block * inner, by);
  }
}

function sumShort(floats: Float32Array, first: number, count: number): number {
  let sum = 0;
  for (let i = first; i < first + count; i++) sum += floats[i]!;
  return sum;
}

function sumRow(backend: WasmBackend, simd: SimdModule, start: number, count: number): number {
  const steps = Math.floor(count / ROW_STEP);
  simd.rowSums(start, 4 * ROW_STEP, steps, simd.sums);
  const doubles = heapDoubles(backend);
  let sum = sumShort(heapFloats(backend), start / 4 + steps * ROW_STEP, count - steps * ROW_STEP);
  for (let i = 0; i < ROW_STEP; i++) sum += doubles[simd.sums / 8 + i]!;
  return sum;
}

function sumColumns(
  backend: WasmBackend,
  simd: SimdModule,
  start: number,
  rows: number,
  columns: number,
  to: { [index: number]: number },
  target: number,
  by: number,
): void {
  let column = 0;
  const run = (width: number, routine: SimdModule['rowSums']): void => {
    for (; column + width <= columns; column += width) {
      routine(start + 4 * column, 4 * columns, rows, simd.sums);
      const doubles = heapDoubles(backend);
      for (let i = 0; i < width; i++) to[target + column + i] = doubles[simd.sums / 8 + i]! / by;
    }
  };
  run(WIDE_COLUMNS, simd.wideColumnSums);
  run(NARROW_COLUMNS, simd.narrowColumnSums);
  const floats = heapFloats(backend);
  for (; column < columns; column++) {
    let sum = 0;
    for (let row = 0, at = start / 4 + column; row < rows; row++, at += columns) sum += floats[at]!;
    to[target + column] = sum / by;
  }
}
