import { elementCount } from '../../graph/element-type.js';
import type { Graph, Node, Value } from '../../graph/graph.js';
import { countUses } from '../../graph/rewrite.js';
import { sameShape } from '../../graph/shapes.js';
import { readOf, squeezed, type Operands } from './access.js';
import { elementwiseOf, uniformVector } from './elementwise.js';
import type { Kernel } from './kernel.js';
import { FusedLoop } from './kernels/fused-loop.js';
import type { Access } from './loop.js';
import type { Vector, VectorBuilder } from './vector.js';
import {
  broadcast,
  isRowMajor,
  lanesOf,
  reshaped,
  storedBytes,
  wholeView,
  type Region,
  type View,
} from './view.js';

/** Numbers that lie in memory before the step starts. */
export interface ConstantRegion extends Region {
  readonly value: Value;
}

/**
 * Turns a graph into kernels, in order. Elementwise operators of one shape become one loop where their operands allow it; those
 * that only a reduction reads are computed inside it.
 */
export class Planner implements Operands {
  readonly kernels: Kernel[] = [];
  readonly constants: ConstantRegion[] = [];
  /** Where an input or a state entry lies, by name. */
  readonly inputs = new Map<string, Region>();
  readonly #views = new Map<Value, View>();
  /** Another name for a value: the same elements, perhaps with axes of extent 1 more or fewer. */
  readonly #aliases = new Map<Value, Value>();
  readonly #loops = new Map<Value, FusedLoop>();
  readonly #made = new Map<Region, Kernel>();
  readonly #positions = new Map<Kernel, number>();
  readonly #inlined: ReadonlySet<Value>;
  #scratch: Region | undefined;
  #temporaries = 0;

  /** @param stateRegion The memory of the state that an input reads; `undefined` for one that is fed. */
  constructor(
    graph: Graph,
    stateRegion: (name: string, value: Value) => Region | undefined = () => undefined,
  ) {
    for (const { name, value } of graph.inputs) {
      const region = stateRegion(name, value) ?? this.region(name, value.shape, value.dtype);
      this.inputs.set(name, region);
      this.#views.set(value, wholeView(region, value.shape));
    }
    this.#inlined = inlinedValues(graph);
  }

  /** A new piece of memory; it gets its address when all are known. */
  region(name: string, shape: readonly number[], dtype: Value['dtype']): Region {
    const elements = elementCount(shape);
    return {
      name: name || `t${this.#temporaries++}`,
      elements,
      bytesPerElement: storedBytes(dtype),
      address: -1,
    };
  }

  /** Memory for work inside one kernel, shared by all that ask for as much. */
  scratch(elements: number): Region {
    return (this.#scratch ??= this.region('scratch', [elements], 'float32'));
  }

  get usedScratch(): Region | undefined {
    return this.#scratch;
  }

  add(kernel: Kernel): void {
    this.#positions.set(kernel, this.kernels.length);
    this.kernels.push(kernel);
    for (const region of kernel.writes) this.#made.set(region, kernel);
  }

  /** The memory that a node writes its result to. */
  result(value: Value): View {
    const view = wholeView(this.region('', value.shape, value.dtype), value.shape);
    this.#views.set(value, view);
    return view;
  }

  /** Says where the elements of a value lie. */
  setView(value: Value, view: View): void {
    this.#views.set(value, view);
  }

  root(value: Value): Value {
    return this.#aliases.get(value) ?? value;
  }

  alias(value: Value, source: Value): void {
    this.#aliases.set(value, this.root(source));
  }

  isAlias(value: Value): boolean {
    return this.#aliases.has(value);
  }

  /** Where the elements of a value lie in memory; asking for it makes a loop store them. */
  view(value: Value): View {
    const root = this.root(value);
    if (root !== value) return reshaped(this.view(root), value.shape)!;
    const known = this.#views.get(value);
    if (known) return known;
    if (value.constant) {
      const one = value.constant.data.length === 1;
      const region = {
        ...this.region(`constant ${this.constants.length}`, one ? [] : value.shape, value.dtype),
        value,
      };
      this.constants.push(region);
      const view = one ? broadcast(wholeView(region, []), value.shape) : wholeView(region, value.shape);
      this.#views.set(value, view);
      return view;
    }
    const loop = this.#loops.get(value);
    if (!loop) throw new Error(`${value.producer?.op} has not been computed.`);
    const view = this.result(value);
    loop.store(value, view);
    this.#made.set(view.region, loop);
    return view;
  }

  /** The same as a row-major tensor, copied where it is none. */
  rowMajorView(value: Value): View {
    const view = this.view(value);
    return isRowMajor(view) && view.offset === 0 ? view : this.copied(view, value.dtype);
  }

  /** A row-major copy. */
  copied(view: View, dtype: Value['dtype']): View {
    const target = wholeView(this.region('', view.shape, dtype), view.shape);
    this.add(FusedLoop.copy(view, target, dtype));
    return target;
  }

  /** The place in the order of what makes a region; -1 for what is there from the start. */
  position(region: Region): number {
    const kernel = this.#made.get(region);
    return kernel ? this.#positions.get(kernel)! : -1;
  }

  /** Whether a region is there before the step starts. */
  isGiven(region: Region): boolean {
    return !this.#made.has(region);
  }

  isInlined(value: Value): boolean {
    return this.#inlined.has(value);
  }

  /** Puts an elementwise node into the first loop of its shape that comes after all it needs, or into a new one. */
  fuse(node: Node): void {
    const [output] = node.outputs as [Value];
    const shape = squeezed(output.shape);
    let after = -1;
    let inside: FusedLoop | undefined;
    for (const operand of node.inputs) {
      if (!operand || operand.constant?.data.length === 1) continue;
      const root = this.root(operand);
      const loop = this.#loops.get(root);
      const direct = loop !== undefined && sameShape(squeezed(root.shape), shape);
      const at = loop ? this.#positions.get(loop)! : this.position(this.view(root).region);
      // What is read at the same index may be made in the same loop; everything else must be there before.
      const earliest = direct ? at : at + 1;
      if (earliest > after) [after, inside] = [earliest, direct ? loop : undefined];
    }
    let loop = inside;
    for (let at = Math.max(after, 0); !loop && at < this.kernels.length; at++) {
      const kernel = this.kernels[at];
      if (kernel instanceof FusedLoop && kernel.fits(shape)) loop = kernel;
    }
    if (!loop) this.add((loop = new FusedLoop(shape)));
    loop.add(node, this);
    this.#loops.set(output, loop);
  }

  /** The loop that computes a value element by element. */
  loopOf(value: Value): FusedLoop | undefined {
    return this.#loops.get(value);
  }

  /**
   * An expression for elements of a value that is computed inside another kernel, over the axes of `shape`.
   *
   * @param reads Takes what it reads.
   */
  inline(value: Value, shape: readonly number[], vectors: VectorBuilder, reads: Access[]): Vector {
    const root = this.root(value);
    const uniform = uniformVector(vectors, root);
    if (uniform) return uniform;
    const node = value.producer;
    const form = this.#inlined.has(value) ? elementwiseOf(node) : undefined;
    if (node && form) {
      const operands = node.inputs.map((operand) => operand && this.inline(operand, shape, vectors, reads));
      return form(vectors, operands as Vector[], node);
    }
    const view = broadcast(this.view(value), shape);
    const access: Access = {
      region: view.region,
      offset: view.offset,
      strides: view.strides,
      lanes: lanesOf(value.dtype),
    };
    return readOf(access, vectors, reads);
  }
}

const reductions = new Set(['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceProd']);

/** Elementwise values that one reduction alone reads. */
function inlinedValues(graph: Graph): Set<Value> {
  const uses = countUses(graph);
  const inlined = new Set<Value>();
  const mark = (value: Value | undefined, shape: readonly number[]): void => {
    if (!value?.producer || uses.get(value) !== 1 || !sameShape(value.shape, shape)) return;
    if (!elementwiseOf(value.producer)) return;
    inlined.add(value);
    for (const operand of value.producer.inputs) mark(operand, shape);
  };
  for (const node of graph.nodes) {
    const [x] = node.inputs;
    if (reductions.has(node.op) && x) mark(x, x.shape);
  }
  return inlined;
}
