import {
  advance,
  countDown,
  f32Load,
  f32Sqrt,
  f32Store,
  f32x4Sqrt,
  get,
  i32Const,
  v128Load,
  v128Store,
  type WasmFunction,
} from './wasm-code.js';

/** Square roots: source, target, count. */
export const squareRoots: WasmFunction = {
  name: 'squareRoots',
  parameters: 3,
  locals: [],
  body: [
    countDown(2, 4, [
      [get(1), get(0), v128Load(), f32x4Sqrt, v128Store()],
      advance(0, i32Const(16)),
      advance(1, i32Const(16)),
    ]),
    countDown(2, 1, [
      [get(1), get(0), f32Load(), f32Sqrt, f32Store()],
      advance(0, i32Const(4)),
      advance(1, i32Const(4)),
    ]),
  ],
};
