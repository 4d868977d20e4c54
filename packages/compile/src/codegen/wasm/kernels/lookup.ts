import { assembler as wasm } from '@espalier/core/internal';
import { FunctionBuilder } from '../function-builder.js';
import type { Kernel } from '../kernel.js';
import type { ModuleBuilder } from '../module-builder.js';
import type { Region, View } from '../view.js';

/** Stops the step where the index in `local` is not in [0, extent); a negative one counts from the end first. */
function checked(local: number, extent: number): wasm.Code {
  return [
    [wasm.get(local), wasm.i32Const(0), wasm.i32LtS],
    [0x04, 0x40],
    wasm.advance(local, wasm.i32Const(extent)),
    0x0b,
    [wasm.get(local), wasm.i32Const(extent), wasm.i32GeU],
    [0x04, 0x40, 0x00, 0x0b],
  ];
}

/** Copies `count` elements that lie side by side, from one address to another. */
function copyElements(fn: FunctionBuilder, from: number, to: number, count: number): void {
  const [source, target] = [fn.i32(), fn.i32()];
  fn.emit([wasm.get(from), wasm.set(source), wasm.get(to), wasm.set(target)]);
  fn.repeat(Math.floor(count / 4), () =>
    fn.emit([
      [wasm.get(target), wasm.get(source), wasm.v128Load(), wasm.v128Store()],
      wasm.advance(source, wasm.i32Const(16)),
      wasm.advance(target, wasm.i32Const(16)),
    ]),
  );
  for (let i = 0; i < count % 4; i++)
    fn.emit([wasm.get(target), wasm.get(source), wasm.i32Load(4 * i), wasm.i32Store(4 * i)]);
}

/** `y[o, i, j] = x[o, indices[i], j]`, everything row-major. */
export class Gather implements Kernel {
  readonly mayFail = true;
  readonly inPlace: readonly Region[] = [];

  constructor(
    readonly x: View,
    readonly indices: View,
    readonly y: View,
    /** Of x: axes before the gathered one, the gathered one, and those after it. */
    readonly extents: readonly [number, number, number],
    readonly count: number,
  ) {}

  get reads(): Region[] {
    return [this.x.region, this.indices.region];
  }
  get writes(): Region[] {
    return [this.y.region];
  }
  describe(): string {
    return `gather ${this.count} of ${this.extents[1]} rows: ${this.x.region.name} -> ${this.y.region.name}`;
  }

  emit(module: ModuleBuilder): wasm.Code {
    const [outer, extent, inner] = this.extents;
    const fn = new FunctionBuilder();
    const [base, at, to, index, from] = [fn.i32(), fn.i32(), fn.i32(), fn.i32(), fn.i32()];
    fn.emit([wasm.i32Const(this.x.region.address), wasm.set(base)]);
    fn.emit([wasm.i32Const(this.y.region.address), wasm.set(to)]);
    fn.repeat(outer, () => {
      fn.emit([wasm.i32Const(this.indices.region.address), wasm.set(at)]);
      fn.repeat(this.count, () => {
        fn.emit([wasm.get(at), wasm.i32Load(), wasm.set(index), checked(index, extent)]);
        fn.emit([
          wasm.get(index),
          wasm.i32Const(4 * inner),
          wasm.i32Mul,
          wasm.get(base),
          wasm.i32Add,
          wasm.set(from),
        ]);
        copyElements(fn, from, to, inner);
        fn.emit([wasm.advance(at, wasm.i32Const(4)), wasm.advance(to, wasm.i32Const(4 * inner))]);
      });
      fn.emit(wasm.advance(base, wasm.i32Const(4 * extent * inner)));
    });
    return wasm.call(module.add(fn));
  }
}

/** `y[indices[i, j], j] = (or +=) updates[i, j]`, one after the other; y holds its first content already. */
export class Scatter implements Kernel {
  readonly mayFail = true;
  readonly inPlace: readonly Region[] = [];

  constructor(
    readonly indices: View,
    readonly updates: View,
    readonly y: View,
    readonly add: boolean,
    readonly floats: boolean,
  ) {}

  get reads(): Region[] {
    return [this.indices.region, this.updates.region, this.y.region];
  }
  get writes(): Region[] {
    return [this.y.region];
  }
  describe(): string {
    return `scatter [${this.updates.shape.join()}]: ${this.updates.region.name} -> ${this.y.region.name}`;
  }

  emit(module: ModuleBuilder): wasm.Code {
    const { indices, updates, y } = this;
    const shape = updates.shape.length === 1 ? [updates.shape[0]!, 1] : updates.shape;
    const [count, width] = shape as [number, number];
    const [extent] = y.shape as [number];
    const [down, across = 0] = indices.strides as [number, number?];
    const fn = new FunctionBuilder();
    const [at, from, column, index, to] = [fn.i32(), fn.i32(), fn.i32(), fn.i32(), fn.i32()];
    fn.emit([wasm.i32Const(indices.region.address + 4 * indices.offset), wasm.set(at)]);
    fn.emit([wasm.i32Const(updates.region.address), wasm.set(from)]);
    const [load, sum, store] = this.floats
      ? [wasm.f32Load(), wasm.f32Add, wasm.f32Store()]
      : [wasm.i32Load(), wasm.i32Add, wasm.i32Store()];
    fn.repeat(count, () => {
      fn.emit([wasm.i32Const(y.region.address), wasm.set(column)]);
      fn.repeat(width, () => {
        fn.emit([wasm.get(at), wasm.i32Load(), wasm.set(index), checked(index, extent)]);
        fn.emit([
          wasm.get(index),
          wasm.i32Const(4 * width),
          wasm.i32Mul,
          wasm.get(column),
          wasm.i32Add,
          wasm.set(to),
        ]);
        fn.emit([wasm.get(to), wasm.get(from), load, this.add ? [wasm.get(to), load, sum] : [], store]);
        fn.emit([
          wasm.advance(at, wasm.i32Const(4 * across)),
          wasm.advance(from, wasm.i32Const(4)),
          wasm.advance(column, wasm.i32Const(4)),
        ]);
      });
      fn.emit(wasm.advance(at, wasm.i32Const(4 * (down - across * width))));
    });
    return wasm.call(module.add(fn));
  }
}
