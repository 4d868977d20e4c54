import type { Feed, GeneratedCode, StepPlan } from '../../compiled-graph/code-generator.js';
import type { HostTensors } from '../../compiled-graph/host-tensor.js';
import { elementCount, type TensorArray } from '../../graph/element-type.js';
import { memoryOf, readNumbers, type Place } from '../wasm/tensor-memory.js';
import type { WasmCode } from '../wasm/wasm-generator.js';
import type { WasmState } from '../wasm/wasm-memory.js';
import { fedInput, type FedInput } from './fed-inputs.js';
import type { FewerArguments } from './fewer-arguments.js';
import { Results } from './results.js';
import type { Runtime, RuntimeSession, RuntimeTensor } from './runtime/runtime-types.js';

/** A session that makes the results and what the updates need, and a module that updates the state. */
export interface UpdatingParts {
  /** `undefined` where nothing is left for it. */
  readonly session: RuntimeSession | undefined;
  /** What the session runs. */
  readonly head: FewerArguments;
  readonly updates: WasmCode;
  /** Where the session's outputs that the updates take lie. */
  readonly cuts: ReadonlyMap<string, Place>;
  /** Where the state lies that the session reads, by the name of its input. */
  readonly state: ReadonlyMap<string, Place>;
  readonly plan: StepPlan;
}

/** Views of one state's memory, for as long as that does not move. */
interface Views {
  readonly buffer: ArrayBufferLike;
  readonly feeds: Readonly<Record<string, RuntimeTensor>>;
  readonly fetches: Readonly<Record<string, RuntimeTensor>>;
}

/** A step on ONNX Runtime whose next state WebAssembly computes, both in one memory. */
export class UpdatingCode implements GeneratedCode<WasmState> {
  readonly size: number;
  readonly #parts: UpdatingParts;
  readonly #runtime: Runtime;
  readonly #fed: readonly (readonly [input: string, FedInput])[];
  readonly #results: Results;
  /** State entries of truths, which the two engines keep in different ways. */
  readonly #truths: readonly (readonly [input: string, Place])[];
  readonly #views = new WeakMap<WasmState, Views>();

  constructor(parts: UpdatingParts, runtime: Runtime) {
    const { head, cuts, state, plan, updates } = parts;
    const { inputs, outputs, nodes } = head.graph;
    this.#parts = parts;
    this.#runtime = runtime;
    this.size = nodes.length + updates.size;
    this.#fed = inputs
      .filter(({ name }) => !state.has(name))
      .map((input) => [input.name, fedInput(runtime, head, plan, input)] as const);
    this.#truths = [...state].filter(([, { dtype }]) => dtype === 'bool');
    const results = outputs.filter(({ name }) => !cuts.has(name));
    this.#results = new Results(runtime, results, head.results, plan, true);
  }

  async run(state: WasmState, feed: Feed): Promise<HostTensors> {
    const { session, updates } = this.#parts;
    const views = this.#viewsOf(state);
    const feeds: Record<string, RuntimeTensor> = { ...views.feeds };
    for (const [input, place] of this.#truths)
      feeds[input] = this.#tensor(place, readNumbers(state.memory, place, elementCount(place.shape)));
    for (const [input, source] of this.#fed) feeds[input] = source(feed);
    const fetches = { ...this.#results.fetches, ...views.fetches };
    const given = (await session?.run(feeds, fetches)) ?? {};
    // Nothing in here can fail: the state moves on as a whole.
    updates.run(state, feed);
    return this.#results.read((name) => fetches[name] ?? given[name]!);
  }

  async release(): Promise<void> {
    const { session } = this.#parts;
    session?.endProfiling?.();
    await session?.release();
  }

  explain(): string {
    const { head, updates } = this.#parts;
    const counts = new Map<string, number>();
    for (const { op } of head.graph.nodes) counts.set(op, (counts.get(op) ?? 0) + 1);
    const ops = [...counts].map(([op, count]) => `${count} ${op}`).sort();
    return `ONNX Runtime: ${ops.join(', ')}\nWebAssembly:\n${updates.explain()}`;
  }

  #viewsOf(state: WasmState): Views {
    this.#parts.updates.prepare(state);
    const { memory } = state;
    const known = this.#views.get(state);
    if (known?.buffer === memory.buffer) return known;
    const views = (places: Iterable<readonly [string, Place]>): Record<string, RuntimeTensor> =>
      Object.fromEntries(
        [...places].map(([name, place]) => [
          name,
          this.#tensor(place, memoryOf(memory, place, elementCount(place.shape))),
        ]),
      );
    const { state: read, cuts } = this.#parts;
    const plain = [...read].filter(([, { dtype }]) => dtype !== 'bool');
    const made = { buffer: memory.buffer, feeds: views(plain), fetches: views(cuts) };
    this.#views.set(state, made);
    return made;
  }

  #tensor({ dtype, shape }: Place, data: TensorArray): RuntimeTensor {
    return new this.#runtime.Tensor(dtype, data, shape);
  }
}
