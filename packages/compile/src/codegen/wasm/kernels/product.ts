import {
  assembler as wasm,
  productTile,
  productPackers,
  TILE_COLUMNS,
  TILE_ROWS,
} from '@espalier/core/internal';
import { FunctionBuilder } from '../function-builder.js';
import type { Kernel } from '../kernel.js';
import type { ModuleBuilder } from '../module-builder.js';
import type { Region, View } from '../view.js';
import { dotFunction, isOfDots } from './dot-product.js';
import type { Matrix, ProductShape } from './product-shape.js';

/** The last two axes of a view as a matrix; `undefined` where neither rows nor columns lie side by side. */
export function matrixOf({ shape, strides }: View): Matrix | undefined {
  const [rows, columns] = shape.slice(-2) as [number, number];
  const [down, across] = strides.slice(-2) as [number, number];
  if ((across === 1 || columns === 1) && (down >= columns || rows === 1))
    return { step: down, transposed: false };
  if ((down === 1 || rows === 1) && (across >= rows || columns === 1))
    return { step: across, transposed: true };
  return undefined;
}

/** Steps of the inner axis that are packed at once: a panel of 8 columns is 8 KB and stays in the first-level cache. */
const PANEL_DEPTH = 256;
/** Columns of the second matrix that are packed at once. */
const PANEL_COLUMNS = 512;

/** Elements of memory that products work in: a packed block, and one tile for a ragged edge. */
export const productScratch = PANEL_DEPTH * PANEL_COLUMNS + TILE_ROWS * TILE_COLUMNS;

/** The number of a function `(a, b, c)` of addresses that computes one product. */
export function productFunction(module: ModuleBuilder, shape: ProductShape, scratch: Region): number {
  return module.shared(`product ${JSON.stringify(shape)}`, () => product(module, shape, scratch.address));
}

const [A, B, C] = [0, 1, 2];

function product(module: ModuleBuilder, shape: ProductShape, packed: number): FunctionBuilder {
  const { rows, columns, inner, a, b, cStep, accumulate } = shape;
  const fn = new FunctionBuilder(3);
  const edge = packed + 4 * PANEL_DEPTH * PANEL_COLUMNS;
  // With a single row of tiles each number of B is used once: packing would cost more than it saves.
  const direct = rows <= TILE_ROWS && !b.transposed;
  const tileOf = (height: number): number =>
    module.shared(`tile ${height} ${a.transposed} ${direct}`, () =>
      productTile(height, !a.transposed, direct, module.relaxed),
    );
  const [packRows, packColumns] = [false, true].map(
    (byColumns) => () =>
      module.shared(`pack ${byColumns}`, () => (byColumns ? productPackers.columns : productPackers.rows)),
  ) as [() => number, () => number];
  const add = (base: wasm.Code, bytes: number): wasm.Code =>
    bytes === 0 ? base : [base, wasm.i32Const(bytes), wasm.i32Add];

  /** One block of B: `steps` of the inner axis from where `aAt` and `bAt` point, and `width` columns from `column` on. */
  const block = (
    aAt: number,
    bAt: number,
    column: number,
    width: number,
    steps: number,
    adding: boolean,
  ): void => {
    const panels = Math.ceil(width / TILE_COLUMNS);
    const perColumn = 4 * (b.transposed ? b.step : 1);
    const [source, target, cPanel] = [fn.i32(), fn.i32(), fn.i32()];
    fn.emit([add(wasm.get(bAt), column * perColumn), wasm.set(source)]);
    if (!direct) {
      const pack = b.transposed ? packColumns() : packRows();
      fn.emit([wasm.i32Const(packed), wasm.set(target)]);
      const panel = (index: number): void =>
        fn.emit([
          [
            wasm.get(source),
            wasm.i32Const(4 * b.step),
            wasm.get(target),
            wasm.i32Const(steps),
            wasm.call(index),
          ],
          wasm.advance(source, wasm.i32Const(TILE_COLUMNS * perColumn)),
          wasm.advance(target, wasm.i32Const(4 * TILE_COLUMNS * steps)),
        ]);
      fn.repeat(Math.floor(width / TILE_COLUMNS), () => panel(pack));
      const rest = width % TILE_COLUMNS;
      if (rest > 0)
        panel(module.shared(`pack ${b.transposed} ${rest}`, () => raggedPacker(rest, b.transposed)));
      fn.emit([wasm.i32Const(packed), wasm.set(source)]);
    }
    fn.emit([add(wasm.get(C), 4 * column), wasm.set(cPanel)]);
    const [aRow, cRow] = [fn.i32(), fn.i32()];
    const tiles = (wide: number): void => {
      fn.emit([wasm.get(aAt), wasm.set(aRow), wasm.get(cPanel), wasm.set(cRow)]);
      const tile = (height: number): void => {
        const ragged = wide < TILE_COLUMNS;
        const to: wasm.Code = ragged
          ? [wasm.i32Const(edge), wasm.i32Const(4 * TILE_COLUMNS)]
          : [wasm.get(cRow), wasm.i32Const(4 * cStep)];
        fn.emit([
          [wasm.get(aRow), wasm.i32Const(4 * a.step), wasm.get(source), to, wasm.i32Const(steps)],
          [wasm.i32Const(adding && !ragged ? 1 : 0), direct ? wasm.i32Const(4 * b.step) : []],
          wasm.call(tileOf(height)),
        ]);
        if (ragged) {
          const copy = module.shared(`edge ${wide} ${adding}`, () => edgeCopy(wide, adding));
          fn.emit([wasm.i32Const(edge), wasm.get(cRow), wasm.i32Const(4 * cStep), wasm.i32Const(height)]);
          fn.emit(wasm.call(copy));
        }
        fn.emit([
          wasm.advance(aRow, wasm.i32Const(4 * height * (a.transposed ? 1 : a.step))),
          wasm.advance(cRow, wasm.i32Const(4 * height * cStep)),
        ]);
      };
      fn.repeat(Math.floor(rows / TILE_ROWS), () => tile(TILE_ROWS));
      if (rows % TILE_ROWS > 0) tile(rows % TILE_ROWS);
      fn.emit([
        wasm.advance(source, wasm.i32Const(4 * TILE_COLUMNS * (direct ? 1 : steps))),
        wasm.advance(cPanel, wasm.i32Const(4 * TILE_COLUMNS)),
      ]);
    };
    const whole = Math.floor(width / TILE_COLUMNS);
    fn.repeat(whole, () => tiles(TILE_COLUMNS));
    if (panels > whole) tiles(width % TILE_COLUMNS);
  };

  for (let column = 0; column < columns; column += PANEL_COLUMNS) {
    const width = Math.min(PANEL_COLUMNS, columns - column);
    const [aAt, bAt] = [fn.i32(), fn.i32()];
    fn.emit([wasm.get(A), wasm.set(aAt), wasm.get(B), wasm.set(bAt)]);
    let done = 0;
    const next = (steps: number): void => {
      fn.emit([
        wasm.advance(aAt, wasm.i32Const(4 * steps * (a.transposed ? a.step : 1))),
        wasm.advance(bAt, wasm.i32Const(4 * steps * (b.transposed ? 1 : b.step))),
      ]);
      done += steps;
    };
    const first = Math.min(PANEL_DEPTH, inner);
    block(aAt, bAt, column, width, first, accumulate);
    next(first);
    const more = Math.floor((inner - done) / PANEL_DEPTH);
    fn.repeat(more, () => {
      block(aAt, bAt, column, width, PANEL_DEPTH, true);
      next(PANEL_DEPTH);
    });
    done = first + more * PANEL_DEPTH;
    if (inner > done) block(aAt, bAt, column, width, inner - done, true);
  }
  return fn;
}

/** Packs fewer than 8 columns: `(source, stride in bytes, target, steps)`. The other columns keep what is there. */
function raggedPacker(columns: number, transposed: boolean): FunctionBuilder {
  const fn = new FunctionBuilder(4);
  const [source, stride, target, steps] = [0, 1, 2, 3];
  const pointers = Array.from({ length: columns }, (_, i) => (i === 0 || !transposed ? source : fn.i32()));
  if (transposed)
    for (let i = 1; i < columns; i++)
      fn.emit([wasm.get(pointers[i - 1]!), wasm.get(stride), wasm.i32Add, wasm.set(pointers[i]!)]);
  fn.emit(
    wasm.countDown(steps, 1, [
      pointers.map((pointer, i) => [
        [wasm.get(target), wasm.get(pointer), wasm.f32Load(transposed ? 0 : 4 * i), wasm.f32Store(4 * i)],
        transposed ? wasm.advance(pointer, wasm.i32Const(4)) : [],
      ]),
      transposed ? [] : wasm.advance(source, wasm.get(stride)),
      wasm.advance(target, wasm.i32Const(4 * TILE_COLUMNS)),
    ]),
  );
  return fn;
}

/** Copies, or adds, the first columns of a tile to the result: `(tile, target, stride in bytes, rows)`. */
function edgeCopy(columns: number, adding: boolean): FunctionBuilder {
  const fn = new FunctionBuilder(4);
  const [tile, target, stride, rows] = [0, 1, 2, 3];
  const column = (i: number): wasm.Code => [
    [wasm.get(target), wasm.get(tile), wasm.f32Load(4 * i)],
    adding ? [wasm.get(target), wasm.f32Load(4 * i), wasm.f32Add] : [],
    wasm.f32Store(4 * i),
  ];
  fn.emit(
    wasm.countDown(rows, 1, [
      Array.from({ length: columns }, (_, i) => column(i)),
      wasm.advance(tile, wasm.i32Const(4 * TILE_COLUMNS)),
      wasm.advance(target, wasm.get(stride)),
    ]),
  );
  return fn;
}

/** Products of matrices, one for each index of the leading axes. */
export class Product implements Kernel {
  readonly mayFail = false;
  readonly inPlace: readonly Region[] = [];
  readonly #a: View;
  readonly #b: View;
  readonly #c: View;
  readonly #scratch: Region;

  /** @param a All with the same leading axes; `matrixOf` must know the first two. */
  constructor(a: View, b: View, c: View, scratch: Region) {
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#scratch = scratch;
  }

  get reads(): Region[] {
    return [this.#a.region, this.#b.region, this.#scratch];
  }

  get writes(): Region[] {
    return [this.#c.region];
  }

  describe(): string {
    const text = ({ region, shape }: View): string => `${region.name} [${shape.join()}]`;
    return `product ${text(this.#a)} x ${text(this.#b)} -> ${text(this.#c)}`;
  }

  emit(module: ModuleBuilder): wasm.Code {
    const [a, b] = [matrixOf(this.#a)!, matrixOf(this.#b)!];
    const [rows, inner] = this.#a.shape.slice(-2) as [number, number];
    const columns = this.#c.shape.at(-1)!;
    const shape = { rows, columns, inner, a, b, cStep: columns, accumulate: false };
    const index = isOfDots(shape)
      ? dotFunction(module, shape)
      : productFunction(module, shape, this.#scratch);
    const batch = this.#c.shape.slice(0, -2);
    const fn = new FunctionBuilder();
    const views = [this.#a, this.#b, this.#c];
    const pointers = views.map(() => fn.i32());
    views.forEach(({ region, offset }, i) =>
      fn.emit([wasm.i32Const(region.address + 4 * offset), wasm.set(pointers[i]!)]),
    );
    const inside = (axis: number): void => {
      if (axis === batch.length) {
        fn.emit([pointers.map((pointer) => wasm.get(pointer)), wasm.call(index)]);
        return;
      }
      fn.repeat(batch[axis]!, () => {
        inside(axis + 1);
        views.forEach((view, i) =>
          fn.emit(wasm.advance(pointers[i]!, wasm.i32Const(4 * view.strides[axis]!))),
        );
      });
      views.forEach((view, i) =>
        fn.emit(wasm.advance(pointers[i]!, wasm.i32Const(-4 * view.strides[axis]! * batch[axis]!))),
      );
    };
    inside(0);
    return wasm.call(module.add(fn));
  }
}
