import { assembler as wasm } from '@espalier/core/internal';
import { FunctionBuilder } from '../function-builder.js';
import type { ModuleBuilder } from '../module-builder.js';
import type { ProductShape } from './product-shape.js';

/** Rows up to which this is faster than packing the second matrix: the sums of five no longer stay in registers. */
const FEW_ROWS = 4;
/** Columns of one tile. */
const COLUMNS = 2;

/** Whether a product is one of few rows with a transposed matrix: both run along memory, so that it is made of dot products. */
export function isOfDots({ rows, a, b }: ProductShape): boolean {
  return rows <= FEW_ROWS && b.transposed && !a.transposed;
}

/** The number of a function `(a, b, c)` of addresses that computes such a product. */
export function dotFunction(module: ModuleBuilder, shape: ProductShape): number {
  return module.shared(`dots ${JSON.stringify(shape)}`, () => {
    const { rows, columns, inner, a, b, cStep } = shape;
    const [A, B, C] = [0, 1, 2];
    const fn = new FunctionBuilder(3);
    const tiles = (width: number): void => {
      const tile = module.shared(`dot tile ${rows} ${width}`, () => dotTile(rows, width, module.relaxed));
      fn.emit([
        [wasm.get(A), wasm.i32Const(4 * a.step)],
        [wasm.get(B), wasm.i32Const(width > 1 ? 4 * b.step : 0)],
        [wasm.get(C), wasm.i32Const(4 * cStep)],
        [wasm.i32Const(inner), wasm.call(tile)],
      ]);
    };
    fn.repeat(Math.floor(columns / COLUMNS), () => {
      tiles(COLUMNS);
      fn.emit([
        wasm.advance(B, wasm.i32Const(4 * COLUMNS * b.step)),
        wasm.advance(C, wasm.i32Const(4 * COLUMNS)),
      ]);
    });
    if (columns % COLUMNS > 0) tiles(1);
    return fn;
  });
}

/**
 * The dot products of some rows with one or two others: `(a, aStride, b, bStride, c, cStride, k)`, strides in bytes. Each is four sums,
 * of every fourth product, added at the end.
 */
function dotTile(rows: number, columns: number, relaxed: boolean): FunctionBuilder {
  const fn = new FunctionBuilder(7);
  const [a, aStride, b, bStride, c, cStride, k] = [0, 1, 2, 3, 4, 5, 6];
  const aRows = Array.from({ length: rows }, (_, i) => (i === 0 ? a : fn.i32()));
  const other = fn.i32();
  const sums = aRows.map(() => [fn.v128(), fn.v128()] as const);
  const [b0, b1, of] = [fn.v128(), fn.v128(), fn.v128()];
  const half = (x: number, y: number, lanes: readonly number[]): wasm.Code => [
    wasm.get(x),
    wasm.get(y),
    wasm.shuffle32(...lanes),
  ];
  fn.emit([
    aRows.slice(1).map((row, i) => [wasm.get(aRows[i]!), wasm.get(aStride), wasm.i32Add, wasm.set(row)]),
    [wasm.get(b), wasm.get(bStride), wasm.i32Add, wasm.set(other)],
    sums.flat().map((sum) => [wasm.v128Zero, wasm.set(sum)]),
    wasm.countDown(k, 4, [
      [wasm.get(b), wasm.v128Load(), wasm.set(b0), wasm.get(other), wasm.v128Load(), wasm.set(b1)],
      aRows.map((row, i) => [
        wasm.addProduct(sums[i]![0], [wasm.get(row), wasm.v128Load(), wasm.tee(of)], wasm.get(b0), relaxed),
        wasm.addProduct(sums[i]![1], wasm.get(of), wasm.get(b1), relaxed),
      ]),
      [...aRows, b, other].map((pointer) => wasm.advance(pointer, wasm.i32Const(16))),
    ]),
    // Now the first two lanes of each row's first vector are its two sums.
    sums.map(([x, y]) => [
      [half(x, y, [0, 4, 1, 5]), half(x, y, [2, 6, 3, 7]), wasm.f32x4Add, wasm.set(x)],
      [wasm.get(x), half(x, x, [2, 3, 2, 3]), wasm.f32x4Add, wasm.set(x)],
    ]),
    wasm.countDown(k, 1, [
      [wasm.get(b), wasm.v128Load32Splat(), wasm.get(other), wasm.v128Load32Splat()],
      [wasm.shuffle32(0, 4, 0, 4), wasm.set(b0)],
      aRows.map((row, i) => [
        wasm.addProduct(sums[i]![0], [wasm.get(row), wasm.v128Load32Splat()], wasm.get(b0), relaxed),
      ]),
      [...aRows, b, other].map((pointer) => wasm.advance(pointer, wasm.i32Const(4))),
    ]),
    sums.map(([x]) => [
      [wasm.get(c), wasm.get(x), columns === 2 ? wasm.v128Store64Lane(0) : wasm.v128Store32Lane(0)],
      wasm.advance(c, wasm.get(cStride)),
    ]),
  ]);
  return fn;
}
