import { assembler as wasm } from '@espalier/core/internal';
import type { FunctionBuilder } from './function-builder.js';
import type { Access } from './loop.js';
import type { Vector } from './vector.js';

/** Addresses and nested repetition of one loop: one local for all memory that is walked alike. */
export class Nest {
  readonly #function: FunctionBuilder;
  readonly #extents: readonly number[];
  readonly #strides: ReadonlyMap<Access, readonly number[]>;
  /** The axis that four lanes lie along. */
  readonly vectorAxis: number;
  readonly #walks = new Map<string, { local: number; bytes: readonly number[] }>();
  readonly #constants = new Map<Vector, number>();

  constructor(
    fn: FunctionBuilder,
    extents: readonly number[],
    strides: ReadonlyMap<Access, readonly number[]>,
    vectorAxis: number,
  ) {
    this.#function = fn;
    this.#extents = extents;
    this.#strides = strides;
    this.vectorAxis = vectorAxis;
    for (const access of strides.keys()) this.#walk(access);
  }

  #bytes(access: Access): number[] {
    return this.#strides.get(access)!.map((stride) => stride * access.region.bytesPerElement);
  }

  /** Memory whose address is known is reached by a constant; what runs backwards, or is a parameter's, is not. */
  #isAbsolute(access: Access): boolean {
    return access.parameter !== undefined || this.#strides.get(access)!.some((stride) => stride < 0);
  }

  #base({ region, offset }: Access): number {
    if (region.address < 0) throw new Error(`The region "${region.name}" has no address.`);
    return region.address + offset * region.bytesPerElement;
  }

  #walk(access: Access): { local: number; bytes: readonly number[] } {
    const bytes = this.#bytes(access);
    const absolute = this.#isAbsolute(access);
    const key = `${bytes.join()}${absolute ? ` ${this.#base(access)} ${access.parameter}` : ''}`;
    let walk = this.#walks.get(key);
    if (!walk) {
      walk = { local: this.#function.i32(), bytes };
      this.#walks.set(key, walk);
      const start = wasm.i32Const(absolute ? this.#base(access) : 0);
      if (access.parameter !== undefined)
        this.#function.emit([wasm.get(access.parameter), start, wasm.i32Add, wasm.set(walk.local)]);
      else if (absolute) this.#function.emit([start, wasm.set(walk.local)]);
      // Locals start at 0, and every walk ends where it began.
    }
    return walk;
  }

  /** The deepest axis along which an access moves; -1 for one that stays. */
  depth(access: Access): number {
    const strides = this.#strides.get(access)!;
    for (let axis = strides.length - 1; axis >= 0; axis--) if (strides[axis] !== 0) return axis;
    return -1;
  }

  /** Elements from lane to lane. */
  laneStride(access: Access): number {
    return this.#strides.get(access)![this.vectorAxis] ?? 0;
  }

  /** Where an access is now: instructions for the local, and what a load adds to it. */
  place(access: Access, lane = 0): { address: wasm.Code; offset: number } {
    const walk = this.#walk(access);
    const ahead = lane * this.laneStride(access) * access.region.bytesPerElement;
    if (!this.#isAbsolute(access))
      return { address: wasm.get(walk.local), offset: this.#base(access) + ahead };
    if (ahead >= 0) return { address: wasm.get(walk.local), offset: ahead };
    return { address: [wasm.get(walk.local), wasm.i32Const(ahead), wasm.i32Add], offset: 0 };
  }

  /** Moves every walk along an axis. */
  #advance(axis: number, steps: number): void {
    for (const { local, bytes } of this.#walks.values()) {
      const by = bytes[axis]! * steps;
      if (by !== 0) this.#function.emit(wasm.advance(local, wasm.i32Const(by)));
    }
  }

  /** Runs `body` for each index of an axis, one after the other. */
  each(axis: number, body: () => void): void {
    const extent = this.#extents[axis]!;
    if (extent === 1) return body();
    this.#function.repeat(extent, () => {
      body();
      this.#advance(axis, 1);
    });
    this.#advance(axis, -extent);
  }

  /**
   * Runs `body` for each four indices of the vector axis, and once for those left over.
   *
   * @param body Gets how many lanes count, and how many indices it stands behind the walks.
   * @param unroll Vectors that one turn of the loop does.
   */
  eachVector(body: (lanes: number, ahead: number) => void, unroll = 1): void {
    const extent = this.#extents[this.vectorAxis] ?? 1;
    const whole = Math.floor(extent / 4);
    const turns = Math.floor(whole / unroll);
    const moved = turns > 1 ? turns * unroll * 4 : 0;
    if (turns > 1)
      this.#function.repeat(turns, () => {
        for (let i = 0; i < unroll; i++) body(4, 4 * i);
        this.#advance(this.vectorAxis, 4 * unroll);
      });
    for (let at = moved; at < extent; at += 4) body(Math.min(4, extent - at), at - moved);
    if (moved > 0) this.#advance(this.vectorAxis, -moved);
  }

  /** The local of a constant, which is made once, before everything. */
  constant(vector: Vector): number {
    let local = this.#constants.get(vector);
    if (local === undefined) {
      local = this.#function.v128();
      this.#constants.set(vector, local);
      this.#function.first([vector.code, wasm.set(local)]);
    }
    return local;
  }
}
