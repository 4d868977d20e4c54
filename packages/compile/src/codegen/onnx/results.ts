import type { StepPlan } from '../../compiled-graph/code-generator.js';
import type { HostTensor, HostTensors } from '../../compiled-graph/host-tensor.js';
import { allocate, elementCount, type TensorArray } from '../../graph/element-type.js';
import type { NamedValue, Value } from '../../graph/graph.js';
import type { FewerArguments } from './fewer-arguments.js';
import type { Runtime, RuntimeTensor } from './runtime/runtime-types.js';

/** The outputs of a session that are not state. */
export class Results {
  /** The tensors that they are written to, `null` where the runtime makes them. */
  readonly fetches: Readonly<Record<string, RuntimeTensor | null>>;
  readonly #joined: FewerArguments['results'];
  /** Results by name, where they are parts of another. */
  readonly #parts: readonly (readonly [name: string, value: Value])[];

  /** @param outputs The session's own: some may hold several of the plan's. */
  constructor(
    { Tensor }: Runtime,
    outputs: readonly NamedValue[],
    joined: FewerArguments['results'],
    plan: StepPlan,
    inPlace: boolean,
  ) {
    this.fetches = Object.fromEntries(
      outputs.map(({ name, value: { dtype, shape } }) => [
        name,
        inPlace ? new Tensor(dtype, allocate(dtype, elementCount(shape)), shape) : null,
      ]),
    );
    this.#joined = joined;
    const values = new Map(plan.graph.outputs.map(({ name, value }) => [name, value]));
    this.#parts = joined?.members.map((name) => [name, values.get(name)!] as const) ?? [];
  }

  /** What a run has made. */
  read(made: (name: string) => RuntimeTensor): HostTensors {
    const results: Record<string, HostTensor> = {};
    for (const name of Object.keys(this.fetches)) {
      const { data, dims, type } = made(name);
      if (name === this.#joined?.name) this.#split(data, results);
      else results[name] = { data, shape: dims, dtype: type } as HostTensor;
    }
    return results;
  }

  #split(data: TensorArray, results: Record<string, HostTensor>): void {
    let at = 0;
    for (const [name, { shape }] of this.#parts) {
      const part = (data as Float32Array).subarray(at, (at += elementCount(shape)));
      results[name] = { data: part, shape, dtype: 'float32' };
    }
  }
}
