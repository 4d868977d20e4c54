import type {
  BoundCode,
  CodeGenerator,
  Feed,
  GeneratedCode,
  PlainStateMemory,
  StepPlan,
  WrittenInput,
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
      const lowered = dropUnusedInputs(onnxGraph(graph));
      const compile = (start?: number): StepModule =>
        compileModule(lowered, {
          reads: plan.reads,
          writes: plan.writes,
          addressOf: (entry, { shape, dtype }) => space.entry(entry, shape, dtype).address,
          start: () => start ?? space.end,
        });
      let module = compile();
      // Only now its size is known. Where a module that is gone has left as much, it goes there.
      const left = space.take(module.end - module.start);
      if (left === undefined) space.end = module.end;
      else module = compile(left);
      const { start, end } = module;
      return new WasmCode(module, rows, plan.reads, await WebAssembly.compile(module.bytes), () =>
        space.leave(start, end),
      );
    },
  };
}

/** A module with what it is fed. */
export class WasmCode implements GeneratedCode<WasmState> {
  readonly size: number;
  readonly #step: StepModule;
  readonly #module: WebAssembly.Module;
  readonly #rows: ReadonlyMap<string, RowsInput>;
  readonly #fed: readonly (readonly [string, Place])[];
  readonly #bound = new WeakMap<WasmState, BoundModule>();
  #leave: (() => void) | undefined;

  /**
   * @param present Inputs that are not fed: they lie in memory already.
   * @param leave Gives its memory to others.
   */
  constructor(
    step: StepModule,
    rows: ReadonlyMap<string, RowsInput>,
    present: { has(input: string): boolean },
    module: WebAssembly.Module,
    leave?: () => void,
  ) {
    this.#leave = leave;
    this.size = step.kernels;
    this.#step = step;
    this.#module = module;
    this.#rows = rows;
    this.#fed = [...step.inputs].filter(([name]) => !present.has(name));
  }

  run(state: WasmState, feed: Feed): HostTensors {
    const bound = this.bind(state);
    for (const input of bound.inputs) {
      if (!input.rows) writeNumbers(state.memory, input.place, feed(input.name));
      else {
        const { whole, numbers, row } = input.rows;
        copyRows(feed(whole), feed(numbers) as Int32Array, row, input.memory);
      }
    }
    return bound.run();
  }

  /** Makes a state's memory large enough, and puts constants there. */
  prepare(state: WasmState): void {
    this.bind(state);
  }

  async release(): Promise<void> {
    // Modules are freed by the engine when nobody refers to them.
    this.#leave?.();
    this.#leave = undefined;
  }

  explain(): string {
    return this.#step.explain();
  }

  bind(state: WasmState): BoundModule {
    let bound = this.#bound.get(state);
    if (!bound) {
      state.reserve(this.#step.end);
      for (const { address, data, dtype } of this.#step.constants)
        writeNumbers(state.memory, { address, dtype }, data);
      const inputs = this.#fed.map(([name, place]) => new Input(state, name, place, this.#rows.get(name)));
      this.#bound.set(state, (bound = new BoundModule(state, this.#module, inputs, this.#step.outputs)));
    }
    return bound;
  }
}

/** A module bound to the memory of one state. */
class BoundModule implements BoundCode {
  readonly inputs: readonly Input[];
  readonly #results: Readonly<Record<string, HostTensor>>;
  readonly #step: () => void;

  constructor(
    state: WasmState,
    module: WebAssembly.Module,
    inputs: readonly Input[],
    outputs: ReadonlyMap<string, Place>,
  ) {
    this.inputs = inputs;
    this.#step = new WebAssembly.Instance(module, { env: { memory: state.memory } }).exports[
      'step'
    ] as () => void;
    this.#results = Object.fromEntries([...outputs].map(([name, place]) => [name, new Result(state, place)]));
  }

  run(): HostTensors {
    this.#step();
    return this.#results;
  }
}

/** The elements at a place. Memory moves when it grows, and a new view is made then. */
class Elements {
  readonly #state: WasmState;
  readonly #place: Place;
  readonly #count: number;
  #view: Float32Array | Int32Array | Uint8Array | undefined;
  #madeAt = -1;

  constructor(state: WasmState, place: Place) {
    this.#state = state;
    this.#place = place;
    this.#count = elementCount(place.shape);
  }

  get view(): Float32Array | Int32Array | Uint8Array {
    const { growths, memory } = this.#state;
    if (this.#madeAt !== growths) {
      this.#view = memoryOf(memory, this.#place, this.#count);
      this.#madeAt = growths;
    }
    return this.#view!;
  }
}

/** An input that is fed: where it goes, and where it comes from. */
class Input implements WrittenInput {
  readonly name: string;
  readonly row?: number;
  readonly place: Place;
  readonly rows: RowsInput | undefined;
  readonly #state: WasmState;
  readonly #elements: Elements;

  constructor(state: WasmState, name: string, place: Place, rows: RowsInput | undefined) {
    this.name = rows?.whole ?? name;
    if (rows) this.row = rows.row;
    this.place = place;
    this.rows = rows;
    this.#state = state;
    this.#elements = new Elements(state, place);
  }

  get memory(): Float32Array | Int32Array | Uint8Array {
    return this.#elements.view;
  }

  drawUniforms(from: Int32Array, at: number): void {
    const { length } = this.memory;
    const { drawUniforms } = this.#state;
    drawUniforms(this.place.address, length, from[at]!, from[at + 1]!, from[at + 2]!, from[at + 3]!);
  }
}

/** A result where it lies. */
class Result implements HostTensor {
  readonly shape: readonly number[];
  readonly dtype: HostTensor['dtype'];
  readonly #elements: Elements;

  constructor(state: WasmState, place: Place) {
    this.shape = place.shape;
    this.dtype = place.dtype as HostTensor['dtype'];
    this.#elements = new Elements(state, place);
  }

  get data(): HostTensor['data'] {
    const numbers = this.#elements.view;
    return this.dtype === 'bool' ? Uint8Array.from(numbers, (x) => (x === 0 ? 0 : 1)) : numbers;
  }
}
