import { assembler as wasm } from '@espalier/core/internal';
import type { FunctionBuilder } from './function-builder.js';
import type { Access } from './loop.js';
import type { Nest } from './nest.js';
import type { Vector } from './vector.js';

/** Emits expressions inside a nest of loops, each at the outermost axis where it can be known. */
export class VectorEmitter {
  readonly #function: FunctionBuilder;
  readonly #nest: Nest;
  readonly #reads: readonly Access[];
  readonly #depths = new Map<Vector, number>();
  /** Vectors with a local of their own: those that are used twice, or inside a deeper axis. */
  readonly #kept: ReadonlySet<Vector>;
  readonly #locals = new Map<Vector, number>();
  /** Those whose local holds their value at this place of the code. */
  readonly #known = new Set<Vector>();
  readonly #order: Vector[] = [];

  constructor(fn: FunctionBuilder, nest: Nest, reads: readonly Access[], roots: readonly Vector[]) {
    this.#function = fn;
    this.#nest = nest;
    this.#reads = reads;
    const uses = new Map<Vector, number>();
    const visit = (vector: Vector): void => {
      if (this.#depths.has(vector)) return;
      for (const operand of vector.operands) {
        visit(operand);
        uses.set(operand, (uses.get(operand) ?? 0) + 1);
      }
      this.#depths.set(vector, this.#depthOf(vector));
      this.#order.push(vector);
    };
    for (const root of roots) {
      visit(root);
      uses.set(root, (uses.get(root) ?? 0) + 1);
    }
    const kept = new Set<Vector>();
    const innermost = Math.max(-1, ...roots.map((root) => this.#depths.get(root)!), nest.vectorAxis);
    for (const vector of this.#order) {
      const depth = this.#depths.get(vector)!;
      for (const operand of vector.operands) if (this.#depths.get(operand)! < depth) kept.add(operand);
      if ((uses.get(vector) ?? 0) > 1) kept.add(vector);
    }
    for (const root of roots) if (this.#depths.get(root)! < innermost) kept.add(root);
    this.#kept = kept;
  }

  #depthOf({ access, operands }: Vector): number {
    if (access !== undefined) return this.#nest.depth(this.#reads[access]!);
    return Math.max(-1, ...operands.map((operand) => this.#depths.get(operand)!));
  }

  /** Computes what is known from this axis on and is used further inside. -1 stands for outside of all loops. */
  enter(axis: number, lanes = 4, ahead = 0): void {
    this.forget(axis);
    for (const vector of this.#order) {
      if (this.#depths.get(vector) !== axis || !this.#kept.has(vector) || vector.constant) continue;
      this.#function.emit([this.emit(vector, lanes, ahead), 0x1a]);
    }
  }

  /** Forgets what varies along this axis: its next index comes. */
  forget(axis: number): void {
    for (const vector of this.#known) if (this.#depths.get(vector)! >= axis) this.#known.delete(vector);
  }

  /** Instructions that put a vector on the stack. */
  emit(vector: Vector, lanes = 4, ahead = 0): wasm.Code {
    if (vector.constant) return wasm.get(this.#nest.constant(vector));
    if (this.#known.has(vector)) return wasm.get(this.#locals.get(vector)!);
    const code =
      vector.access === undefined
        ? [vector.operands.map((operand) => this.emit(operand, lanes, ahead)), vector.code]
        : this.#load(this.#reads[vector.access]!, lanes, ahead);
    if (!this.#kept.has(vector)) return code;
    let local = this.#locals.get(vector);
    if (local === undefined) this.#locals.set(vector, (local = this.#function.v128()));
    this.#known.add(vector);
    return [code, wasm.tee(local)];
  }

  #load(access: Access, lanes: number, ahead: number): wasm.Code {
    const stride = this.#nest.laneStride(access);
    const bytes = access.region.bytesPerElement === 1;
    if (stride === 0) {
      const { address, offset } = this.#nest.place(access);
      return bytes ? [address, wasm.v128Load8Splat(offset), WIDEN] : [address, wasm.v128Load32Splat(offset)];
    }
    if (stride === 1) {
      const { address, offset } = this.#nest.place(access, ahead);
      return bytes ? [address, wasm.v128Load32Zero(offset), WIDEN] : [address, wasm.v128Load(offset)];
    }
    const temporary = this.#function.v128();
    const first = this.#nest.place(access, ahead);
    const code: wasm.Code[] = [
      first.address,
      bytes ? wasm.v128Load8Splat(first.offset) : wasm.v128Load32Zero(first.offset),
      wasm.set(temporary),
    ];
    for (let lane = 1; lane < lanes; lane++) {
      const { address, offset } = this.#nest.place(access, ahead + lane);
      const load = bytes ? wasm.v128Load8Lane(lane, offset) : wasm.v128Load32Lane(lane, offset);
      code.push([address, wasm.get(temporary), load, wasm.set(temporary)]);
    }
    return [code, wasm.get(temporary), bytes ? WIDEN : []];
  }

  /** Stores the first lanes of what is in a local. */
  store(access: Access, local: number, lanes: number, ahead = 0): void {
    const stride = this.#nest.laneStride(access);
    if (stride === 1 && lanes === 4) {
      const { address, offset } = this.#nest.place(access, ahead);
      this.#function.emit([address, wasm.get(local), wasm.v128Store(offset)]);
      return;
    }
    for (let lane = 0; lane < lanes; lane++) {
      const { address, offset } = this.#nest.place(access, ahead + lane);
      if (stride === 1 && lane % 2 === 0 && lane + 1 < lanes) {
        this.#function.emit([address, wasm.get(local), wasm.v128Store64Lane(lane / 2, offset)]);
        lane++;
      } else this.#function.emit([address, wasm.get(local), wasm.v128Store32Lane(lane, offset)]);
    }
  }
}

/** The lowest four bytes as four whole numbers. */
const WIDEN: wasm.Code = [wasm.i16x8ExtendLowU, wasm.i32x4ExtendLowU];
