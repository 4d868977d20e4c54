import { assembler as wasm } from '@espalier/core/internal';
import { elementCount } from '../../../graph/element-type.js';
import { FunctionBuilder } from '../function-builder.js';
import type { Kernel } from '../kernel.js';
import { collapsed, type Access } from '../loop.js';
import type { ModuleBuilder } from '../module-builder.js';
import { Nest } from '../nest.js';
import { VectorEmitter } from '../vector-emitter.js';
import { VectorBuilder } from '../vector.js';
import type { Region } from '../view.js';

export interface AlongAxis {
  /** The other axes, then this one. */
  readonly extents: readonly number[];
  readonly read: Access;
  /** Results; those that have one element for the whole axis do not move along it. */
  readonly writes: readonly Access[];
}

/** Four lanes side by side over the other axes, and this axis index after index. */
export function walk(
  { extents, read, writes }: AlongAxis,
  body: (parts: {
    fn: FunctionBuilder;
    start: (code: wasm.Code) => void;
    each: (step: (value: wasm.Code) => void) => void;
    store: (local: number, to?: number) => void;
  }) => void,
): FunctionBuilder {
  const fn = new FunctionBuilder();
  if (elementCount(extents) === 0) return fn;
  const vectors = new VectorBuilder();
  const value = vectors.read(read.lanes, 0);
  const flat = collapsed({ extents }, [read, ...writes], [extents.length - 1]);
  // This axis stays the last one, also where its extent is 1.
  const own = flat.extents.length > flat.fences[0]! ? flat.extents.length - 1 : -1;
  const others = own < 0 ? flat.extents.length : own;
  const all = others === 0 ? [1, ...flat.extents] : flat.extents;
  const strides = others === 0 ? new Map([...flat.strides].map(([a, s]) => [a, [0, ...s]])) : flat.strides;
  const vectorAxis = Math.max(0, others - 1);
  const nest = new Nest(fn, all, strides, vectorAxis);
  const emitter = new VectorEmitter(fn, nest, [read], [value]);
  emitter.enter(-1);
  const outer = (axis: number): void => {
    if (axis < vectorAxis) return nest.each(axis, () => outer(axis + 1));
    nest.eachVector((lanes, ahead) => {
      const store = (local: number, to = 0): void => emitter.store(writes[to]!, local, lanes, ahead);
      const one = (step: (value: wasm.Code) => void): void => {
        emitter.forget(-1);
        step(emitter.emit(value, lanes, ahead));
      };
      body({
        fn,
        start: (code) => fn.emit(code),
        each: (step) => (own < 0 ? one(step) : nest.each(vectorAxis + 1, () => one(step))),
        store,
      });
    });
  };
  outer(0);
  return fn;
}

/** Running sums along the last axis. */
export class RunningSum implements Kernel {
  readonly mayFail = false;
  readonly inPlace: readonly Region[] = [];

  constructor(
    readonly loop: AlongAxis,
    readonly exclusive: boolean,
  ) {}

  get reads(): Region[] {
    return [this.loop.read.region];
  }
  get writes(): Region[] {
    return this.loop.writes.map(({ region }) => region);
  }
  describe(): string {
    return `running sum [${this.loop.extents.join()}]: ${this.loop.read.region.name} -> ${this.loop.writes[0]!.region.name}`;
  }
  emit(module: ModuleBuilder): wasm.Code {
    const floats = this.loop.read.lanes === 'f32';
    const fn = walk(this.loop, ({ fn, start, each, store }) => {
      const [low, high, value, result] = [fn.v128(), fn.v128(), fn.v128(), fn.v128()];
      start([wasm.v128Zero, wasm.set(low), wasm.v128Zero, wasm.set(high)]);
      each((code) => {
        fn.emit([code, wasm.set(value)]);
        const upper: wasm.Code = [
          wasm.get(value),
          wasm.v128Zero,
          wasm.shuffle32(2, 3, 2, 3),
          wasm.f64x2PromoteLow,
        ];
        const add: wasm.Code = floats
          ? [
              [wasm.get(low), wasm.get(value), wasm.f64x2PromoteLow, wasm.f64x2Add, wasm.set(low)],
              [wasm.get(high), upper, wasm.f64x2Add, wasm.set(high)],
            ]
          : [wasm.get(low), wasm.get(value), wasm.i32x4Add, wasm.set(low)];
        const now: wasm.Code = floats
          ? [
              wasm.get(low),
              wasm.f32x4DemoteZero,
              wasm.get(high),
              wasm.f32x4DemoteZero,
              wasm.shuffle32(0, 1, 4, 5),
            ]
          : wasm.get(low);
        fn.emit(this.exclusive ? [now, wasm.set(result), add] : [add, now, wasm.set(result)]);
        store(result);
      });
    });
    return wasm.call(module.add(fn));
  }
}

/** The index of the largest (or smallest) element along the last axis, of equals the first; NaN is never chosen over a number. */
export class Extreme implements Kernel {
  readonly mayFail = false;
  readonly inPlace: readonly Region[] = [];

  constructor(
    readonly loop: AlongAxis,
    readonly largest: boolean,
  ) {}

  get reads(): Region[] {
    return [this.loop.read.region];
  }
  get writes(): Region[] {
    return this.loop.writes.map(({ region }) => region);
  }
  describe(): string {
    const name = this.largest ? 'index of maximum' : 'index of minimum';
    return `${name} [${this.loop.extents.join()}]: ${this.loop.read.region.name} -> ${this.loop.writes[0]!.region.name}`;
  }
  emit(module: ModuleBuilder): wasm.Code {
    const floats = this.loop.read.lanes === 'f32';
    const greater = floats ? wasm.f32x4Gt : wasm.i32x4GtS;
    const fn = walk(this.loop, ({ fn, start, each, store }) => {
      const [best, value, at, where, mask] = [fn.v128(), fn.v128(), fn.v128(), fn.v128(), fn.v128()];
      const extreme = this.largest ? -Infinity : Infinity;
      const limit = floats
        ? new Uint8Array(new Float32Array(4).fill(extreme).buffer)
        : new Uint8Array(new Int32Array(4).fill(this.largest ? -(2 ** 31) : 2 ** 31 - 1).buffer);
      start([
        wasm.v128Const(limit),
        wasm.set(best),
        wasm.v128Zero,
        wasm.set(at),
        wasm.v128Zero,
        wasm.set(where),
      ]);
      each((code) => {
        fn.emit([code, wasm.set(value)]);
        const [a, b] = this.largest ? [value, best] : [best, value];
        fn.emit([wasm.get(a), wasm.get(b), greater, wasm.set(mask)]);
        const choose = (to: number, from: number): wasm.Code => [
          [wasm.get(from), wasm.get(to), wasm.get(mask), wasm.v128Bitselect, wasm.set(to)],
        ];
        fn.emit([choose(best, value), choose(where, at)]);
        fn.emit([wasm.get(at), wasm.i32Const(1), wasm.i32x4Splat, wasm.i32x4Add, wasm.set(at)]);
      });
      store(where);
    });
    return wasm.call(module.add(fn));
  }
}
