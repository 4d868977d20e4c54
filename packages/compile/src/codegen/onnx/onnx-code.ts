import type { Feed, GeneratedCode, StepPlan } from '../../compiled-graph/code-generator.js';
import type { HostTensor, HostTensors } from '../../compiled-graph/host-tensor.js';
import { allocate, elementCount, type TensorArray } from '../../graph/element-type.js';
import type { NamedValue, Value } from '../../graph/graph.js';
import type { FewerArguments } from './fewer-arguments.js';
import type { Runtime, RuntimeSession, RuntimeTensor } from './runtime/runtime-types.js';
import type { OnnxState } from './state-tensors.js';

/** What an input of the session takes in a run. */
type Source = (state: OnnxState, feed: Feed) => RuntimeTensor;

/** The parts of a session that runs a step. */
export interface OnnxParts {
  readonly session: RuntimeSession;
  /** The graph that was loaded, and what its joined inputs and outputs hold. */
  readonly passed: FewerArguments;
  readonly plan: StepPlan;
  /** Whether results and state are written to tensors that the session is given. */
  readonly inPlace: boolean;
}

/** A step as a session of ONNX Runtime. */
export class OnnxCode implements GeneratedCode<OnnxState> {
  readonly size: number;
  readonly #parts: OnnxParts;
  readonly #sources: readonly (readonly [input: string, Source])[];
  /** State entries that are written by themselves, with their outputs. */
  readonly #written: readonly (readonly [entry: string, output: string])[];
  /** Outputs that are not state: the tensors that they are written to, `null` where the runtime makes them. */
  readonly #results: Readonly<Record<string, RuntimeTensor | null>>;
  /** Results by name, where they are parts of another. */
  readonly #joined: readonly (readonly [name: string, value: Value])[];

  constructor(parts: OnnxParts, runtime: Runtime) {
    const { passed, plan, inPlace } = parts;
    const { graph } = passed;
    this.#parts = parts;
    this.size = graph.nodes.length;
    const sources = new Sources(runtime, parts);
    this.#sources = graph.inputs.map((input) => [input.name, sources.of(input)] as const);
    const joined = new Set([...passed.state.keys()].map((name) => `next/${name}`));
    const outputs = graph.outputs.filter(({ name }) => !joined.has(name));
    this.#written = outputs.flatMap(({ name }) => {
      const entry = plan.writes.get(name);
      return entry === undefined ? [] : [[entry, name] as const];
    });
    const results = outputs.filter(({ name }) => !plan.writes.has(name));
    this.#results = Object.fromEntries(
      results.map(({ name, value: { dtype, shape } }) => [
        name,
        inPlace ? new runtime.Tensor(dtype, allocate(dtype, elementCount(shape)), shape) : null,
      ]),
    );
    const values = new Map(plan.graph.outputs.map(({ name, value }) => [name, value]));
    this.#joined = passed.results?.members.map((name) => [name, values.get(name)!] as const) ?? [];
  }

  async run(state: OnnxState, feed: Feed): Promise<HostTensors> {
    const { session, passed } = this.#parts;
    const feeds: Record<string, RuntimeTensor> = {};
    for (const [input, source] of this.#sources) feeds[input] = source(state, feed);
    const fetches: Record<string, RuntimeTensor | null> = { ...this.#results };
    for (const [entry, output] of this.#written) fetches[output] = state.next(entry);
    for (const [name, entries] of passed.state) fetches[`next/${name}`] = state.shared(entries).next();
    const given = await session.run(feeds, fetches);
    const made = (name: string): RuntimeTensor => fetches[name] ?? given[name]!;
    state.advance(Object.fromEntries(this.#written.map(([entry, output]) => [entry, made(output)])));
    for (const entries of passed.state.values()) state.shared(entries).advance();
    const results: Record<string, HostTensor> = {};
    for (const name of Object.keys(this.#results)) {
      const { data, dims, type } = made(name);
      if (name === passed.results?.name) this.#split(data, results);
      else results[name] = { data, shape: dims, dtype: type } as HostTensor;
    }
    return results;
  }

  async release(): Promise<void> {
    const { session } = this.#parts;
    session.endProfiling?.();
    await session.release();
  }

  /** The results that were handed over as one tensor. */
  #split(data: TensorArray, results: Record<string, HostTensor>): void {
    let at = 0;
    for (const [name, { shape }] of this.#joined) {
      const part = (data as Float32Array).subarray(at, (at += elementCount(shape)));
      results[name] = { data: part, shape, dtype: 'float32' };
    }
  }
}

/** Finds out, once, where each input comes from. */
class Sources {
  readonly #runtime: Runtime;
  readonly #parts: OnnxParts;

  constructor(runtime: Runtime, parts: OnnxParts) {
    this.#runtime = runtime;
    this.#parts = parts;
  }

  of({ name, value: { dtype, shape } }: NamedValue): Source {
    const { passed, plan } = this.#parts;
    const { Tensor } = this.#runtime;
    const entries = passed.state.get(name);
    if (entries) return (state) => state.shared(entries).read();
    const entry = plan.reads.get(name);
    if (entry !== undefined) return (state) => state.read(entry);
    if (name === passed.scalars?.name) {
      const { members } = passed.scalars;
      return (_, feed) =>
        new Tensor(
          'float32',
          Float32Array.from(members, (member) => Number(feed(member)[0])),
          shape,
        );
    }
    if (plan.anyLength.has(name))
      return (_, feed) => wholeTensor(this.#runtime, dtype, feed(name), shape[1]!);
    return (_, feed) => new Tensor(dtype, feed(name), shape);
  }
}

const wholes = new WeakMap<TensorArray, RuntimeTensor>();

/** A whole array as the runtime takes it: the same memory, for as long as that lives. */
function wholeTensor(runtime: Runtime, dtype: string, data: TensorArray, row: number): RuntimeTensor {
  let tensor = wholes.get(data);
  if (!tensor) wholes.set(data, (tensor = new runtime.Tensor(dtype, data, [data.length / row, row])));
  return tensor;
}
