import type {
  CodeGenerator,
  Feed,
  GeneratedCode,
  PlainStateMemory,
  StepPlan,
} from '../../compiled-graph/code-generator.js';
import type { HostTensors } from '../../compiled-graph/host-tensor.js';
import { dropUnusedInputs } from '../../passes/unused-inputs.js';
import { onnxGraph } from '../onnx/onnx-graph.js';
import { BoundModule } from './bound-module.js';
import { rowsOutside, type RowsInput } from './rows.js';
import { compileModule, type StepModule } from './step-module.js';
import { writeNumbers, type Place } from './tensor-memory.js';
import { AddressSpace, WasmState } from './wasm-memory.js';

/**
 * Makes WebAssembly of steps: each is one module that runs in one call, in Node and in browsers, with nothing beside it. The
 * same step gives the same bits on every machine, unless it is `relaxed`.
 */
export function wasmGenerator(relaxed = false): CodeGenerator<WasmState & PlainStateMemory> {
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
          weights: plan.weights,
          addressOf: (entry, { shape, dtype }) => space.entry(entry, shape, dtype).address,
          streams: plan.streams,
          relaxed,
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
    return this.bind(state).runFed(this.#fed, this.#rows, feed);
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
      bound = new BoundModule(state, this.#module, this.#step, this.#fed, this.#rows);
      this.#bound.set(state, bound);
    }
    return bound;
  }
}
