import {
  advance,
  countDown,
  f32Load,
  f32Sqrt,
  f32Store,
  f32x4Add,
  f32x4Mul,
  f32x4Sqrt,
  get,
  I32,
  i32Add,
  i32Const,
  ifElse,
  moduleBytes,
  set,
  tee,
  V128,
  v128Load,
  v128Load32Splat,
  v128Store,
  v128Zero,
  type Code,
  type WasmFunction,
} from './wasm-code.js';

/** Rows of one tile of a product. 5 x 8 sums, 2 vectors of B and 2 temporaries fill the 15 vector registers V8 leaves. */
export const TILE_ROWS = 5;
/** Columns of one tile of a product. */
export const TILE_COLUMNS = 8;

const UNROLL = 4;

/**
 * `C[0..rows, 0..8] (+)= A[0..rows, 0..k] B[0..k, 0..8]`, B packed as `[k, 8]`.
 * Parameters (bytes): a, aStride, b, c, cStride, k (a count), accumulate (0 or 1).
 * `byRows`: aStride separates A's rows and k runs along memory; otherwise aStride separates steps of k.
 */
function tile(rows: number, byRows: boolean): WasmFunction {
  const [a, aStride, b, c, cStride, k, accumulate] = [0, 1, 2, 3, 4, 5, 6];
  const rowPointer = (row: number): number => (row === 0 ? a : 6 + row);
  const pointers = rows - 1;
  const vectors = 7 + pointers;
  const sum = (row: number, half: number): number => vectors + 2 * row + half;
  const [b0, b1, splat] = [vectors + 2 * rows, vectors + 2 * rows + 1, vectors + 2 * rows + 2];
  const eachRow = (emit: (row: number) => Code): Code => Array.from({ length: rows }, (_, row) => emit(row));

  const step = (aOffset: (row: number) => Code, bOffset: number): Code => [
    [get(b), v128Load(bOffset), set(b0), get(b), v128Load(bOffset + 16), set(b1)],
    eachRow((row) => [
      [aOffset(row), tee(splat), get(b0), f32x4Mul, get(sum(row, 0)), f32x4Add, set(sum(row, 0))],
      [get(splat), get(b1), f32x4Mul, get(sum(row, 1)), f32x4Add, set(sum(row, 1))],
    ]),
  ];
  const steps = (count: number): Code => {
    if (!byRows) {
      return [
        Array.from({ length: count }, (_, i) => [
          step((row) => [get(a), v128Load32Splat(4 * row)], 32 * i),
          advance(a, get(aStride)),
        ]),
        advance(b, i32Const(32 * count)),
      ];
    }
    return [
      Array.from({ length: count }, (_, i) =>
        step((row) => [get(rowPointer(row)), v128Load32Splat(4 * i)], 32 * i),
      ),
      eachRow((row) => advance(rowPointer(row), i32Const(4 * count))),
      advance(b, i32Const(32 * count)),
    ];
  };
  const eachOutput = (emit: (row: number) => Code): Code =>
    eachRow((row) => [emit(row), row === rows - 1 ? [] : advance(c, get(cStride))]);
  // C is walked twice: its start is kept.
  const start = splat + 1;

  return {
    name: `tile${byRows ? 'Rows' : 'Columns'}${rows}`,
    parameters: 7,
    locals: [
      [pointers, I32],
      [2 * rows + 3, V128],
      [1, I32],
    ],
    body: [
      Array.from({ length: pointers }, (_, i) => [
        get(rowPointer(i)),
        get(aStride),
        i32Add,
        set(rowPointer(i + 1)),
      ]),
      [get(c), set(start)],
      ifElse(
        get(accumulate),
        eachOutput((row) => [
          [get(c), v128Load(0), set(sum(row, 0))],
          [get(c), v128Load(16), set(sum(row, 1))],
        ]),
        eachRow((row) => [v128Zero, set(sum(row, 0)), v128Zero, set(sum(row, 1))]),
      ),
      countDown(k, UNROLL, steps(UNROLL)),
      countDown(k, 1, steps(1)),
      [get(start), set(c)],
      eachOutput((row) => [
        [get(c), get(sum(row, 0)), v128Store(0)],
        [get(c), get(sum(row, 1)), v128Store(16)],
      ]),
    ],
  };
}

/** Packs 8 columns of a row-major B: source, bytes between rows, target `[k, 8]`, k. */
const packRows: WasmFunction = {
  name: 'packRows',
  parameters: 4,
  locals: [],
  body: countDown(3, 1, [
    [get(2), get(0), v128Load(0), v128Store(0), get(2), get(0), v128Load(16), v128Store(16)],
    advance(0, get(1)),
    advance(2, i32Const(32)),
  ]),
};

/** Packs 8 columns of a transposed B (8 rows in memory): source, bytes between those rows, target `[k, 8]`, k. */
const packColumns: WasmFunction = {
  name: 'packColumns',
  parameters: 4,
  locals: [[7, I32]],
  body: [
    Array.from({ length: 7 }, (_, i) => [get(i === 0 ? 0 : 3 + i), get(1), i32Add, set(4 + i)]),
    countDown(3, 1, [
      Array.from({ length: 8 }, (_, i) => {
        const pointer = i === 0 ? 0 : 3 + i;
        return [get(2), get(pointer), f32Load(), f32Store(4 * i), advance(pointer, i32Const(4))];
      }),
      advance(2, i32Const(32)),
    ]),
  ],
};

/** Square roots: source, target, count. */
const squareRoots: WasmFunction = {
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

const tiles = Array.from({ length: TILE_ROWS }, (_, i) => [tile(i + 1, true), tile(i + 1, false)]).flat();

/** The compiled routines as a WebAssembly binary (about 5 KB) that imports the memory it works in. */
export const routineBytes = (): Uint8Array<ArrayBuffer> =>
  moduleBytes([...tiles, packRows, packColumns, squareRoots]);
