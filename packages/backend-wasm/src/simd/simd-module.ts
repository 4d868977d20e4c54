import type { WasmBackend } from '../wasm-backend.js';
import { arithmeticNames, sides, type ArithmeticName, type Side } from './elementwise-routines.js';
import { TILE_COLUMNS, TILE_ROWS } from '@espalier/core/internal';
import { WIDE_COLUMNS } from './reduction-routines.js';
import { routineBytes } from './routines.js';

/** Steps of k that are packed at once: a panel of 8 columns is 8 KB and stays in the first-level cache. */
export const PANEL_DEPTH = 256;
/** Columns of B that are packed at once. */
export const PANEL_COLUMNS = 512;

type Tile = (
  a: number,
  aStride: number,
  b: number,
  c: number,
  cStride: number,
  k: number,
  accumulate: number,
) => void;
type ColumnSums = (source: number, stride: number, rows: number, target: number) => void;
type Arithmetic = (a: number, b: number, out: number, count: number) => void;
type Pack = (source: number, stride: number, target: number, k: number) => void;

/** The SIMD routines, working in the memory of one tfjs wasm backend. */
export interface SimdModule {
  /** By number of rows; `byRows` of A, or by columns. */
  readonly rowTiles: readonly Tile[];
  readonly columnTiles: readonly Tile[];
  readonly packRows: Pack;
  readonly packColumns: Pack;
  /** By kernel name, then by the two sides. */
  readonly arithmetic: Readonly<Record<ArithmeticName, Readonly<Record<`${Side}${Side}`, Arithmetic>>>>;
  readonly squareRoots: (source: number, target: number, count: number) => void;
  readonly wideColumnSums: ColumnSums;
  readonly narrowColumnSums: ColumnSums;
  readonly rowSums: ColumnSums;
  readonly maxWindow: (
    cells: number,
    count: number,
    channels: number,
    toGradient: number,
    dy: number,
  ) => void;
  /** Address of `PANEL_DEPTH * PANEL_COLUMNS` floats for a packed block of B. */
  readonly packed: number;
  /** Address of one tile for the ragged right edge of C. */
  readonly edge: number;
  /** Address of the doubles that the sums come out as. */
  readonly sums: number;
}

const modules = new WeakMap<object, SimdModule>();
let compiled: WebAssembly.Module | undefined;

/** Whether this engine has the SIMD instructions that the routines use. */
export function simdSupported(): boolean {
  return typeof WebAssembly === 'object' && WebAssembly.validate(routineBytes());
}

/** The routines bound to `backend`, instantiated on first use (well under a millisecond). */
export function simdModule(backend: WasmBackend): SimdModule {
  const known = modules.get(backend);
  if (known) return known;
  compiled ??= new WebAssembly.Module(routineBytes());
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory: backend.wasm.asm.memory } });
  const named = <T>(name: string): T => exports[name] as T;
  const tiles = (kind: string): Tile[] =>
    Array.from({ length: TILE_ROWS + 1 }, (_, rows) => named<Tile>(`${kind}${Math.max(rows, 1)}`));
  const created: SimdModule = {
    rowTiles: tiles('tileRows'),
    columnTiles: tiles('tileColumns'),
    packRows: named('packRows'),
    packColumns: named('packColumns'),
    wideColumnSums: named('wideColumnSums'),
    narrowColumnSums: named('narrowColumnSums'),
    rowSums: named('rowSums'),
    maxWindow: named('maxWindow'),
    arithmetic: Object.fromEntries(
      arithmeticNames.map((name) => [
        name,
        Object.fromEntries(sides.map(([a, b]) => [a + b, named<Arithmetic>(name + a + b)])),
      ]),
    ) as unknown as SimdModule['arithmetic'],
    squareRoots: named('squareRoots'),
    packed: backend.wasm._malloc(4 * PANEL_DEPTH * PANEL_COLUMNS) >>> 0,
    sums: backend.wasm._malloc(8 * WIDE_COLUMNS) >>> 0,
    edge: backend.wasm._malloc(4 * TILE_ROWS * TILE_COLUMNS) >>> 0,
  };
  modules.set(backend, created);
  return created;
}
