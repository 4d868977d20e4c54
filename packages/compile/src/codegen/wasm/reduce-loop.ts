import { assembler as wasm } from '@espalier/core/internal';
import { FunctionBuilder } from './function-builder.js';
import { collapsed, type Access, type Combine, type Loop } from './loop.js';
import { Nest } from './nest.js';
import { VectorEmitter } from './vector-emitter.js';
import type { Vector } from './vector.js';

/** A loop that puts the elements of its last axes together. */
export interface ReduceLoop extends Loop {
  /** How many leading axes stay. */
  readonly kept: number;
  readonly combine: Combine;
  readonly value: Vector;
  /** What a sum is multiplied with in the end, e.g. one over the count. */
  readonly scale?: number;
  /** Its strides along the axes that go are 0. */
  readonly store: Access;
}

/** Vectors that are added up side by side, so that no addition waits for the one before. */
const unroll = 4;

/**
 * A function that reduces. Sums and products of floats are held in float64 and rounded once, at the end; four (or two)
 * running results are put together in a fixed order, which is the same everywhere.
 */
export function reduceLoop(loop: ReduceLoop): FunctionBuilder {
  const { reads, store, value } = loop;
  const { extents, strides, fences } = collapsed(loop, [...reads, store], [loop.kept]);
  const kept = fences[0]!;
  const fn = new FunctionBuilder();
  if (extents.slice(0, kept).includes(0)) return fn;
  // Lanes along what lies side by side.
  const sideBySide = (axis: number): number =>
    axis < 0 || axis >= extents.length
      ? -1
      : reads.filter((access) => strides.get(access)![axis] === 1).length * 2 -
        reads.filter((access) => ![0, 1].includes(strides.get(access)![axis]!)).length;
  const inner = extents.length - 1;
  const across =
    kept > 0 &&
    (inner < kept || sideBySide(kept - 1) > sideBySide(inner)) &&
    (extents[kept - 1]! >= 4 || inner < kept);
  const vectorAxis = across ? kept - 1 : Math.max(inner, 0);
  const nest = new Nest(fn, extents, strides, vectorAxis);
  const emitter = new VectorEmitter(fn, nest, reads, [value]);
  const accumulator = new Accumulator(fn, loop.combine, value.lanes, across || inner < kept ? 1 : unroll);
  const result = fn.v128();
  emitter.enter(-1);

  if (across) {
    const reduced = (axis: number, lanes: number, ahead: number): void => {
      if (axis > inner) {
        accumulator.add(0, emitter.emit(value, lanes, ahead));
        return;
      }
      nest.each(axis, () => {
        emitter.enter(axis, lanes, ahead);
        reduced(axis + 1, lanes, ahead);
      });
    };
    const outer = (axis: number): void => {
      if (axis < vectorAxis)
        return nest.each(axis, () => {
          emitter.enter(axis);
          outer(axis + 1);
        });
      nest.eachVector((lanes, ahead) => {
        emitter.enter(vectorAxis, lanes, ahead);
        accumulator.start();
        reduced(kept, lanes, ahead);
        fn.emit([accumulator.lanes(loop.scale), wasm.set(result)]);
        emitter.store(store, result, lanes, ahead);
      });
    };
    outer(0);
    return fn;
  }

  const reduced = (axis: number): void => {
    if (axis < vectorAxis)
      return nest.each(axis, () => {
        emitter.enter(axis);
        reduced(axis + 1);
      });
    if (extents.length === 0) {
      accumulator.add(0, emitter.emit(value, 1), 1);
      return;
    }
    let turn = 0;
    nest.eachVector((lanes, ahead) => {
      emitter.forget(vectorAxis);
      accumulator.add(turn++ % unroll, emitter.emit(value, lanes, ahead), lanes);
    }, unroll);
  };
  const outer = (axis: number): void => {
    if (axis < kept)
      return nest.each(axis, () => {
        emitter.enter(axis);
        outer(axis + 1);
      });
    accumulator.start();
    reduced(kept);
    fn.emit([accumulator.single(loop.scale), wasm.set(result)]);
    const { address, offset } = nest.place(store);
    fn.emit([address, wasm.get(result), wasm.v128Store32Lane(0, offset)]);
  };
  outer(0);
  return fn;
}

const i32x4 = (number: number): wasm.Code =>
  wasm.v128Const(new Uint8Array(Int32Array.of(number, number, number, number).buffer));
const f32x4 = (number: number): wasm.Code =>
  wasm.v128Const(new Uint8Array(Float32Array.of(number, number, number, number).buffer));
const f64x2 = (number: number): wasm.Code =>
  wasm.v128Const(new Uint8Array(Float64Array.of(number, number).buffer));
const firstLanes = (count: number): wasm.Code =>
  wasm.v128Const(new Uint8Array(Int32Array.from({ length: 4 }, (_, i) => (i < count ? -1 : 0)).buffer));

interface Rule {
  readonly start: wasm.Code;
  readonly code: wasm.Code;
}
const doubles: Partial<Record<Combine, Rule>> = {
  sum: { start: f64x2(0), code: wasm.f64x2Add },
  product: { start: f64x2(1), code: wasm.f64x2Mul },
};
const floats: Partial<Record<Combine, Rule>> = {
  max: { start: f32x4(-Infinity), code: wasm.f32x4Max },
  min: { start: f32x4(Infinity), code: wasm.f32x4Min },
};
const wholes: Record<Combine, Rule> = {
  sum: { start: i32x4(0), code: wasm.i32x4Add },
  product: { start: i32x4(1), code: wasm.i32x4Mul },
  max: { start: i32x4(-(2 ** 31)), code: wasm.i32x4MaxS },
  min: { start: i32x4(2 ** 31 - 1), code: wasm.i32x4MinS },
};

/** Running results. Floats that are added or multiplied take two doubles for their upper and lower lanes. */
class Accumulator {
  readonly #function: FunctionBuilder;
  readonly #rule: Rule;
  readonly #double: boolean;
  readonly #locals: number[];
  readonly #given: number;

  constructor(fn: FunctionBuilder, combine: Combine, lanes: Vector['lanes'], count: number) {
    this.#function = fn;
    this.#double = lanes === 'f32' && combine in doubles;
    this.#rule = lanes === 'f32' ? (doubles[combine] ?? floats[combine])! : wholes[combine];
    this.#locals = Array.from({ length: this.#double ? 2 * count : count }, () => fn.v128());
    this.#given = fn.v128();
  }

  start(): void {
    for (const local of this.#locals) this.#function.emit([this.#rule.start, wasm.set(local)]);
  }

  /** Takes in the first lanes of a vector. */
  add(turn: number, vector: wasm.Code, lanes = 4): void {
    const { code, start } = this.#rule;
    const part = (local: number, half: wasm.Code): wasm.Code => [
      wasm.get(local),
      half,
      code,
      wasm.set(local),
    ];
    this.#function.emit([vector, wasm.set(this.#given)]);
    const given = wasm.get(this.#given);
    if (!this.#double) {
      const masked: wasm.Code = lanes < 4 ? [given, start, firstLanes(lanes), wasm.v128Bitselect] : given;
      this.#function.emit(part(this.#locals[turn]!, masked));
      return;
    }
    const [low, high] = [this.#locals[2 * turn]!, this.#locals[2 * turn + 1]!];
    const upper: wasm.Code = [given, wasm.v128Zero, wasm.shuffle32(2, 3, 2, 3), wasm.f64x2PromoteLow];
    const cut = (half: wasm.Code, count: number): wasm.Code =>
      count >= 2 ? half : [half, start, firstLanes(2), wasm.v128Bitselect];
    this.#function.emit(part(low, cut([given, wasm.f64x2PromoteLow], lanes)));
    if (lanes > 2) this.#function.emit(part(high, cut(upper, lanes - 2)));
  }

  #scaled(vector: wasm.Code, scale: number | undefined): wasm.Code {
    return scale === undefined ? vector : [vector, f64x2(scale), wasm.f64x2Mul];
  }

  /** The four results of four lanes. */
  lanes(scale?: number): wasm.Code {
    const [low, high] = this.#locals as [number, number];
    if (!this.#double) return wasm.get(low);
    const half = (local: number): wasm.Code => [this.#scaled(wasm.get(local), scale), wasm.f32x4DemoteZero];
    return [half(low), half(high), wasm.shuffle32(0, 1, 4, 5)];
  }

  /** All lanes put together, in the first lane. */
  single(scale?: number): wasm.Code {
    const { code } = this.#rule;
    const pairs = (locals: readonly number[]): wasm.Code => {
      if (locals.length === 1) return wasm.get(locals[0]!);
      const half = locals.length / 2;
      return [pairs(locals.slice(0, half)), pairs(locals.slice(half)), code];
    };
    const folded = (vector: wasm.Code, ...order: readonly number[]): wasm.Code => [
      vector,
      wasm.tee(this.#given),
      wasm.get(this.#given),
      wasm.v128Zero,
      wasm.shuffle32(...order),
      code,
    ];
    const halves = folded(pairs(this.#locals), 2, 3, 2, 3);
    if (this.#double) return [this.#scaled(halves, scale), wasm.f32x4DemoteZero];
    return folded(halves, 1, 0, 1, 0);
  }
}
