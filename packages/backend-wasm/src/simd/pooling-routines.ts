import { assembler } from '@espalier/core/internal';

type Code = assembler.Code;
type WasmFunction = assembler.WasmFunction;
const {
  advance,
  countDown,
  f32x4Add,
  f32x4Gt,
  f32x4Ne,
  get,
  I32,
  i32Add,
  i32Const,
  i32Load,
  i32Store,
  i32x4Eq,
  i32x4Splat,
  set,
  V128,
  v128And,
  v128Bitselect,
  v128Load,
  v128Or,
  v128Store,
} = assembler;

const [cells, count, channels, toGradient, dy] = [0, 1, 2, 3, 4];
const [cell, left, index] = [5, 6, 7];
const [maximum, best, value, mask] = [8, 9, 10, 11];

/** Runs `body` for every cell of the window, `index` counting from 0 and `cell` pointing at the cell's address. */
const eachCell = (body: Code): Code => [
  [get(cells), set(cell), get(count), set(left), i32Const(0), set(index)],
  countDown(left, 1, [body, advance(cell, i32Const(4)), advance(index, i32Const(1))]),
];

/**
 * Gradient of one max-pooling window, four channels at a time: it goes to the window's first maximum; a NaN counts as
 * maximum, the last one winning.
 *
 * Parameters: address of the cells' addresses in x, their count, channels (a multiple of 4), distance in bytes from x
 * to dx, address of the window's dy. Moves every cell's address on by the channels it has done.
 */
export const maxWindow: WasmFunction = {
  name: 'maxWindow',
  parameters: 5,
  locals: [
    [3, I32],
    [4, V128],
  ],
  body: countDown(channels, 4, [
    [get(cells), i32Load(), v128Load(), set(maximum), i32Const(0), i32x4Splat, set(best)],
    eachCell([
      [get(cell), i32Load(), v128Load(), set(value)],
      [get(value), get(maximum), f32x4Gt, get(value), get(value), f32x4Ne, v128Or, set(mask)],
      [get(value), get(maximum), get(mask), v128Bitselect, set(maximum)],
      [get(index), i32x4Splat, get(best), get(mask), v128Bitselect, set(best)],
    ]),
    eachCell([
      [get(cell), i32Load(), get(toGradient), i32Add],
      [get(cell), i32Load(), get(toGradient), i32Add, v128Load()],
      [get(dy), v128Load(), get(index), i32x4Splat, get(best), i32x4Eq, v128And, f32x4Add, v128Store()],
      [get(cell), get(cell), i32Load(), i32Const(16), i32Add, i32Store()],
    ]),
    advance(dy, i32Const(16)),
  ]),
};
