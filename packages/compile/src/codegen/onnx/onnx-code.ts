import type { Feed, GeneratedCode, StepPlan } from '../../compiled-graph/code-generator.js';
import type { HostTensors } from '../../compiled-graph/host-tensor.js';
import type { NamedValue } from '../../graph/graph.js';
import { fedInput } from './fed-inputs.js';
import type { FewerArguments } from './fewer-arguments.js';
import { Results } from './results.js';
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
  readonly #session: RuntimeSession;
  readonly #sources: readonly (readonly [input: string, Source])[];
  /** State entries that are written, with their outputs. */
  readonly #written: readonly (readonly [entry: string, output: string])[];
  readonly #results: Results;

  constructor({ session, passed, plan, inPlace }: OnnxParts, runtime: Runtime) {
    const { inputs, outputs, nodes } = passed.graph;
    this.#session = session;
    this.size = nodes.length;
    const sourceOf = (input: NamedValue): Source => {
      const entry = plan.reads.get(input.name);
      if (entry !== undefined) return (state) => state.read(entry);
      const fed = fedInput(runtime, passed, plan, input);
      return (_, feed) => fed(feed);
    };
    this.#sources = inputs.map((input) => [input.name, sourceOf(input)] as const);
    this.#written = outputs.flatMap(({ name }) => {
      const entry = plan.writes.get(name);
      return entry === undefined ? [] : [[entry, name] as const];
    });
    const results = outputs.filter(({ name }) => !plan.writes.has(name));
    this.#results = new Results(runtime, results, passed.results, plan, inPlace);
  }

  async run(state: OnnxState, feed: Feed): Promise<HostTensors> {
    const feeds: Record<string, RuntimeTensor> = {};
    for (const [input, source] of this.#sources) feeds[input] = source(state, feed);
    const fetches: Record<string, RuntimeTensor | null> = { ...this.#results.fetches };
    for (const [entry, output] of this.#written) fetches[output] = state.next(entry);
    const given = await this.#session.run(feeds, fetches);
    const made = (name: string): RuntimeTensor => fetches[name] ?? given[name]!;
    state.advance(Object.fromEntries(this.#written.map(([entry, output]) => [entry, made(output)])));
    return this.#results.read(made);
  }

  async release(): Promise<void> {
    this.#session.endProfiling?.();
    await this.#session.release();
  }
}
