import type {
  CodeGenerator,
  Feed,
  GeneratedCode,
  PlainStateMemory,
  StepPlan,
} from '../../compiled-graph/code-generator.js';
import type { HostTensor, HostTensors } from '../../compiled-graph/host-tensor.js';
import { elementCount } from '../../graph/element-type.js';
import { dropUnusedInputs } from '../../passes/unused-inputs.js';
import { onnxGraph } from '../onnx/onnx-graph.js';
import { copyRows, rowsOutside, type RowsInput } from './rows.js';
import { compileModule, type StepModule } from './step-module.js';
import { memoryOf, writeNumbers, type Place } from './tensor-memory.js';
import { AddressSpace, WasmState } from './wasm-memory.js';

/**
 * Makes WebAssembly of steps: each is one module that runs in one call, in Node and in browsers, with nothing beside it. The
 * same step gives the same bits on every machine.
 */
export function wasmGenerator(): CodeGenerator<WasmState & PlainStateMemory> {
  const space = new AddressSpace();
  return {
    engine: 'WebAssembly',
    readsInPlace: true,
    createState: async (state) => new WasmState(space, state),
    async generate(plan: StepPlan): Promise<GeneratedCode<WasmState>> {
      const { graph, rows } = rowsOutside(plan.graph, plan.anyLength);
      const module = compileModule(dropUnusedInputs(onnxGraph(graph)), {
        reads: plan.reads,
        writes: plan.writes,
        addressOf: (entry, { shape, dtype }) => space.entry(entry, shape, dtype).address,
        start: () => space.end,
      });
      space.end = module.end;
      return new WasmCode(module, rows, plan.reads, await WebAssembly.compile(module.bytes));
    },
  };
}

/** An input that is fed: where it goes, and where it comes from. */
interface FedInput {
  readonly name: string;
  readonly place: Place;
  readonly rows?: RowsInput;
}

/** A module bound to the memory of one state. */
interface Bound {
  readonly step: () => void;
  readonly results: HostTensors;
}

/** A module with what it is fed. */
export class WasmCode implements GeneratedCode<WasmState> {
  readonly size: number;
  readonly #step: StepModule;
  readonly #module: WebAssembly.Module;
  readonly #inputs: readonly FedInput[];
  readonly #bound = new WeakMap<WasmState, Bound>();

  /** @param present Inputs that are not fed: they lie in memory already. */
  constructor(
    step: StepModule,
    rows: ReadonlyMap<string, RowsInput>,
    present: { has(input: string): boolean },
    module: WebAssembly.Module,
  ) {
    this.size = step.kernels;
    this.#step = step;
    this.#module = module;
    this.#inputs = [...step.inputs]
      .filter(([name]) => !present.has(name))
      .map(([name, place]) => {
        const taken = rows.get(name);
        return taken ? { name, place, rows: taken } : { name, place };
      });
  }

  run(state: WasmState, feed: Feed): HostTensors {
    const { step, results } = this.#bound.get(state) ?? this.#bind(state);
    for (const { name, place, rows } of this.#inputs) {
      if (!rows) writeNumbers(state.memory, place, feed(name));
      else
        copyRows(
          feed(rows.whole),
          feed(rows.numbers) as Int32Array,
          rows.row,
          memoryOf(state.memory, place, elementCount(place.shape)),
        );
    }
    step();
    return results;
  }

  /** Makes a state's memory large enough, and puts constants there. */
  prepare(state: WasmState): void {
    if (!this.#bound.has(state)) this.#bind(state);
  }

  async release(): Promise<void> {
    // Modules are freed by the engine when nobody refers to them.
  }

  explain(): string {
    return this.#step.explain();
  }

  #bind(state: WasmState): Bound {
    const { memory } = state;
    state.reserve(this.#step.end);
    for (const { address, data, dtype } of this.#step.constants)
      writeNumbers(memory, { address, dtype }, data);
    const { exports } = new WebAssembly.Instance(this.#module, { env: { memory } });
    const results: Record<string, HostTensor> = {};
    for (const [name, place] of this.#step.outputs) results[name] = new Result(memory, place);
    const bound = { step: exports['step'] as () => void, results };
    this.#bound.set(state, bound);
    return bound;
  }
}

/** A result where it lies. Its memory may move when it grows, so that each look takes a new view. */
class Result implements HostTensor {
  readonly shape: readonly number[];
  readonly dtype: HostTensor['dtype'];
  readonly #memory: WebAssembly.Memory;
  readonly #place: Place;
  readonly #count: number;

  constructor(memory: WebAssembly.Memory, place: Place) {
    this.shape = place.shape;
    this.dtype = place.dtype as HostTensor['dtype'];
    this.#memory = memory;
    this.#place = place;
    this.#count = elementCount(place.shape);
  }

  get data(): HostTensor['data'] {
    const numbers = memoryOf(this.#memory, this.#place, this.#count);
    return this.dtype === 'bool'
      ? Uint8Array.from(numbers as Int32Array, (x) => (x === 0 ? 0 : 1))
      : (numbers as Float32Array);
  }
}
