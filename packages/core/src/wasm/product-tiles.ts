import {
  addProduct,
  advance,
  countDown,
  f32Load,
  f32Store,
  get,
  I32,
  i32Add,
  i32Const,
  ifElse,
  set,
  shuffle32,
  tee,
  V128,
  v128Load,
  v128Load32Splat,
  v128Store,
  v128Zero,
  type Code,
  type WasmFunction,
} from './assembler.js';

/** Rows of one tile of a product. 5 x 8 sums, 2 vectors of B and 2 temporaries fill the 15 vector registers V8 leaves. */
export const TILE_ROWS = 5;
/** Columns of one tile of a product. */
export const TILE_COLUMNS = 8;

/**
 * `C[0..rows, 0..8] (+)= A[0..rows, 0..k] B[0..k, 0..8]`, B packed as `[k, 8]`.
 * Parameters (bytes): a, aStride, b, c, cStride, k (a count), accumulate (0 or 1).
 *
 * @param byRows aStride separates A's rows and k runs along memory; otherwise aStride separates steps of k.
 * @param strided B is not packed: a last parameter says how far its rows are apart.
 * @param relaxed Multiplications and additions may be rounded once.
 */
export function productTile(rows: number, byRows: boolean, strided = false, relaxed = false): WasmFunction {
  const [a, aStride, b, c, cStride, k, accumulate, bStride] = [0, 1, 2, 3, 4, 5, 6, 7];
  const parameters = strided ? 8 : 7;
  const rowPointer = (row: number): number => (row === 0 ? a : parameters - 1 + row);
  const pointers = rows - 1;
  const vectors = parameters + pointers;
  const sum = (row: number, half: number): number => vectors + 2 * row + half;
  const [b0, b1, splat] = [vectors + 2 * rows, vectors + 2 * rows + 1, vectors + 2 * rows + 2];
  const eachRow = (emit: (row: number) => Code): Code => Array.from({ length: rows }, (_, row) => emit(row));

  // One step of k, not unrolled, each sum read before its product: so V8 keeps every sum in its register (a third
  // faster than unrolled by four, measured).
  const step: Code = [
    [get(b), v128Load(0), set(b0), get(b), v128Load(16), set(b1)],
    eachRow((row) => [
      addProduct(
        sum(row, 0),
        [get(byRows ? rowPointer(row) : a), v128Load32Splat(byRows ? 0 : 4 * row), tee(splat)],
        get(b0),
        relaxed,
      ),
      addProduct(sum(row, 1), get(splat), get(b1), relaxed),
    ]),
    byRows ? eachRow((row) => advance(rowPointer(row), i32Const(4))) : advance(a, get(aStride)),
    advance(b, strided ? get(bStride) : i32Const(32)),
  ];
  const eachOutput = (emit: (row: number) => Code): Code =>
    eachRow((row) => [emit(row), row === rows - 1 ? [] : advance(c, get(cStride))]);
  // C is walked twice: its start is kept.
  const start = splat + 1;

  return {
    name: `tile${byRows ? 'Rows' : 'Columns'}${rows}`,
    parameters,
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
      countDown(k, 1, step),
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

/**
 * Packs 8 columns of a transposed B (8 rows in memory), four steps at a time by transposing squares of four:
 * source, bytes between those rows, target `[k, 8]`, k.
 */
const packColumns: WasmFunction = {
  name: 'packColumns',
  parameters: 4,
  locals: [
    [7, I32],
    [8, V128],
  ],
  body: [
    Array.from({ length: 7 }, (_, i) => [get(pointerOf(i)), get(1), i32Add, set(pointerOf(i + 1))]),
    countDown(3, 4, [
      [0, 4].map((half) => transposedSquare(half)),
      Array.from({ length: 8 }, (_, i) => advance(pointerOf(i), i32Const(16))),
      advance(2, i32Const(128)),
    ]),
    countDown(3, 1, [
      Array.from({ length: 8 }, (_, i) => {
        const pointer = pointerOf(i);
        return [get(2), get(pointer), f32Load(), f32Store(4 * i), advance(pointer, i32Const(4))];
      }),
      advance(2, i32Const(32)),
    ]),
  ],
};

function pointerOf(column: number): number {
  return column === 0 ? 0 : 3 + column;
}

/** Four steps of four columns: rows in memory become columns of the panel. */
function transposedSquare(first: number): Code {
  const local = (i: number): number => 11 + i;
  const pair = (a: number, b: number, lanes: readonly number[], to: number): Code => [
    [get(local(a)), get(local(b)), shuffle32(...lanes), set(local(to))],
  ];
  const [lower, upper] = [
    [0, 4, 1, 5],
    [2, 6, 3, 7],
  ];
  const [front, back] = [
    [0, 1, 4, 5],
    [2, 3, 6, 7],
  ];
  const store = (step: number, a: number, b: number, lanes: readonly number[]): Code => [
    [get(2), get(local(a)), get(local(b)), shuffle32(...lanes), v128Store(32 * step + 4 * first)],
  ];
  return [
    Array.from({ length: 4 }, (_, i) => [get(pointerOf(first + i)), v128Load(), set(local(i))]),
    pair(0, 1, lower!, 4),
    pair(2, 3, lower!, 5),
    pair(0, 1, upper!, 6),
    pair(2, 3, upper!, 7),
    store(0, 4, 5, front!),
    store(1, 4, 5, back!),
    store(2, 6, 7, front!),
    store(3, 6, 7, back!),
  ];
}

/** Packs 8 columns of B for tiles: by rows in memory, or by columns. */
export const productPackers = { rows: packRows, columns: packColumns };

const tiles = Array.from({ length: TILE_ROWS }, (_, i) => [
  productTile(i + 1, true),
  productTile(i + 1, false),
]).flat();

/** `tileRows1..5`, `tileColumns1..5`, `packRows` and `packColumns`. */
export const productTiles: readonly WasmFunction[] = [...tiles, packRows, packColumns];
