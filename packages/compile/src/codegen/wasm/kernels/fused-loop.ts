import { assembler as wasm } from '@espalier/core/internal';
import { elementCount } from '../../../graph/element-type.js';
import type { Node, Value } from '../../../graph/graph.js';
import { sameShape } from '../../../graph/shapes.js';
import { elementwiseOf, uniformVector } from '../elementwise.js';
import type { Kernel } from '../kernel.js';
import type { Access, Store } from '../loop.js';
import { mapLoop } from '../map-loop.js';
import type { ModuleBuilder } from '../module-builder.js';
import { accessOf, readOf, squeezed, type Operands } from '../access.js';
import { VectorBuilder, type Vector } from '../vector.js';
import { rowMajor, type Region, type View } from '../view.js';

/** Elementwise operators of one shape in one loop. */
export class FusedLoop implements Kernel {
  readonly #shape: readonly number[];
  readonly #vectors = new VectorBuilder();
  readonly #values = new Map<Value, Vector>();
  readonly #accesses: Access[] = [];
  readonly #stores: Store[] = [];
  readonly #operators: string[] = [];
  readonly #open: boolean;
  readonly mayFail = false;

  constructor(shape: readonly number[], open = true) {
    this.#shape = shape;
    this.#open = open;
  }

  /** A loop that copies elements. */
  static copy(from: View, to: View, dtype: Value['dtype']): FusedLoop {
    const loop = new FusedLoop(squeezed(to.shape), false);
    const value = readOf(accessOf(from, to.shape, dtype), loop.#vectors, loop.#accesses);
    loop.#stores.push({ access: accessOf(to, to.shape, dtype), value });
    loop.#operators.push('copy');
    return loop;
  }

  /** A loop that writes one number everywhere. */
  static fill(to: View, number: Value): FusedLoop {
    const loop = new FusedLoop(squeezed(to.shape), false);
    const value = uniformVector(loop.#vectors, number)!;
    loop.#stores.push({ access: accessOf(to, to.shape, number.dtype), value });
    loop.#operators.push('fill');
    return loop;
  }

  /** Whether operators of this shape may join. */
  fits(shape: readonly number[]): boolean {
    return this.#open && sameShape(shape, this.#shape);
  }

  /** Takes in a node, whose operands are there or in this loop. */
  add(node: Node, source: Operands): void {
    const [output] = node.outputs as [Value];
    const operands = node.inputs.map((operand) => operand && this.#operand(operand, output, source));
    this.#values.set(output, elementwiseOf(node)!(this.#vectors, operands as Vector[], node));
    this.#operators.push(node.op);
  }

  #operand(operand: Value, output: Value, source: Operands): Vector {
    const uniform = uniformVector(this.#vectors, operand);
    if (uniform) return uniform;
    const root = source.root(operand);
    const own = this.#values.get(root);
    if (own && sameShape(squeezed(root.shape), this.#shape)) return own;
    const access = accessOf(source.view(operand), output.shape, operand.dtype);
    return readOf(access, this.#vectors, this.#accesses);
  }

  /** Has a value written to memory. */
  store(value: Value, view: View): void {
    this.#stores.push({
      access: accessOf(view, value.shape, value.dtype),
      value: this.#values.get(value)!,
    });
  }

  /** Only what a store needs is computed and read. */
  get #reads(): Access[] {
    const used = new Set<Access>();
    const seen = new Set<Vector>();
    const visit = (vector: Vector): void => {
      if (seen.has(vector)) return;
      seen.add(vector);
      if (vector.access !== undefined) used.add(this.#accesses[vector.access]!);
      vector.operands.forEach(visit);
    };
    for (const { value } of this.#stores) visit(value);
    return [...used];
  }

  get reads(): Region[] {
    return [...new Set(this.#reads.map(({ region }) => region))];
  }

  get writes(): Region[] {
    return this.#stores.map(({ access }) => access.region);
  }

  get inPlace(): Region[] {
    const plain = rowMajor(this.#shape).join();
    const count = elementCount(this.#shape);
    const aligned = ({ offset, strides, region }: Access): boolean =>
      offset === 0 && region.elements === count && strides.join() === plain;
    if (!this.#stores.every(({ access }) => aligned(access))) return [];
    const reads = this.#reads;
    return this.reads.filter((region) => reads.filter((access) => access.region === region).every(aligned));
  }

  describe(): string {
    const names = (regions: readonly Region[]): string => regions.map(({ name }) => name).join(', ');
    return `loop [${this.#shape.join()}] ${this.#operators.join(' ')}: ${names(this.reads)} -> ${names(this.writes)}`;
  }

  emit(module: ModuleBuilder): wasm.Code {
    if (this.#stores.length === 0) return [];
    const loop = {
      extents: this.#shape,
      reads: this.#accesses,
      stores: this.#stores,
      vectors: this.#vectors,
    };
    return wasm.call(module.add(mapLoop(loop, this.#reads)));
  }
}
