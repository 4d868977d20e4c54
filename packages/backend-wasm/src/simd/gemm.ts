import { heapFloats, type WasmBackend } from '../wasm-backend.js';
import { TILE_COLUMNS, TILE_ROWS } from '@espalier/core/internal';
import { PANEL_COLUMNS, PANEL_DEPTH, simdModule, type SimdModule } from './simd-module.js';

/** One matrix in the backend's memory: the address of its first value, and the values from one stored row to the next. */
export interface MatrixView {
  readonly address: number;
  readonly rowLength: number;
  /** True when the matrix meant is the transpose of the stored one. */
  readonly transposed?: boolean;
}

/**
 * `C (+)= A B` in single precision, either operand transposed at no cost of its own.
 *
 * B is packed in blocks of {@link PANEL_DEPTH} rows, so that long sums are added up block by block.
 *
 * @param m rows of A and C.
 * @param n columns of B and C.
 * @param k columns of A, rows of B; with k = 0 C becomes 0, or stays as it is when accumulating.
 * @param c row-major `[m, n]`, must not overlap A or B.
 * @param accumulate adds to what C holds.
 */
export function gemm(
  backend: WasmBackend,
  m: number,
  n: number,
  k: number,
  a: MatrixView,
  b: MatrixView,
  c: MatrixView,
  accumulate = false,
): void {
  if (m === 0 || n === 0) return;
  if (k === 0) {
    if (!accumulate) clear(backend, m, n, c);
    return;
  }
  const simd = simdModule(backend);
  const tiles = a.transposed ? simd.columnTiles : simd.rowTiles;
  const aStride = 4 * a.rowLength;
  const cStride = 4 * c.rowLength;
  for (let column = 0; column < n; column += PANEL_COLUMNS) {
    const columns = Math.min(PANEL_COLUMNS, n - column);
    for (let depth = 0; depth < k; depth += PANEL_DEPTH) {
      const steps = Math.min(PANEL_DEPTH, k - depth);
      pack(backend, simd, b, depth, steps, column, columns);
      const adding = accumulate || depth > 0 ? 1 : 0;
      for (let panel = 0; panel < columns; panel += TILE_COLUMNS) {
        const width = Math.min(TILE_COLUMNS, columns - panel);
        const packed = simd.packed + 4 * panel * steps;
        for (let row = 0; row < m; row += TILE_ROWS) {
          const rows = Math.min(TILE_ROWS, m - row);
          const from = a.address + 4 * (a.transposed ? depth * a.rowLength + row : row * a.rowLength + depth);
          const to = c.address + cStride * row + 4 * (column + panel);
          const tile = tiles[rows]!;
          if (width === TILE_COLUMNS) {
            tile(from, aStride, packed, to, cStride, steps, adding);
          } else {
            tile(from, aStride, packed, simd.edge, 4 * TILE_COLUMNS, steps, 0);
            addEdge(backend, simd, to, c.rowLength, rows, width, adding);
          }
        }
      }
    }
  }
}

function pack(
  backend: WasmBackend,
  simd: SimdModule,
  b: MatrixView,
  depth: number,
  steps: number,
  column: number,
  columns: number,
): void {
  const stride = 4 * b.rowLength;
  const first = b.address + (b.transposed ? column * stride + 4 * depth : depth * stride + 4 * column);
  const perColumn = b.transposed ? stride : 4;
  const packPanel = b.transposed ? simd.packColumns : simd.packRows;
  const whole = columns - (columns % TILE_COLUMNS);
  for (let panel = 0; panel < whole; panel += TILE_COLUMNS) {
    packPanel(first + panel * perColumn, stride, simd.packed + 4 * panel * steps, steps);
  }
  if (whole === columns) return;
  const heap = heapFloats(backend);
  // The panel's other columns hold what was there before: the tile's columns they make are not stored.
  const width = columns - whole;
  const source = (first + whole * perColumn) / 4;
  const byStep = b.transposed ? 1 : b.rowLength;
  const byColumn = b.transposed ? b.rowLength : 1;
  let target = (simd.packed + 4 * whole * steps) / 4;
  for (let step = 0; step < steps; step++, target += TILE_COLUMNS) {
    for (let i = 0; i < width; i++) heap[target + i] = heap[source + step * byStep + i * byColumn]!;
  }
}

function addEdge(
  backend: WasmBackend,
  simd: SimdModule,
  to: number,
  rowLength: number,
  rows: number,
  width: number,
  adding: number,
): void {
  const heap = heapFloats(backend);
  for (let row = 0; row < rows; row++) {
    const source = simd.edge / 4 + row * TILE_COLUMNS;
    const target = to / 4 + row * rowLength;
    for (let i = 0; i < width; i++) {
      heap[target + i] = heap[source + i]! + (adding ? heap[target + i]! : 0);
    }
  }
}

function clear(backend: WasmBackend, m: number, n: number, c: MatrixView): void {
  const heap = heapFloats(backend);
  for (let row = 0; row < m; row++) {
    const start = c.address / 4 + row * c.rowLength;
    heap.fill(0, start, start + n);
  }
}
