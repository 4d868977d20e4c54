import type {
  CodeGenerator,
  Feed,
  GeneratedCode,
  PlainStateMemory,
  StepPlan,
} from '../../compiled-graph/code-generator.js';
import type { HostTensors } from '../../compiled-graph/host-tensor.js';
import { GraphBuilder } from '../../graph/builder.js';
import type { Graph, Value } from '../../graph/graph.js';
import { replaceInputs } from '../../graph/replace-values.js';
import { dropUnusedInputs } from '../../passes/unused-inputs.js';
import { onnxGraph } from '../onnx/onnx-graph.js';
import { BoundModule } from './bound-module.js';
import { graphKey } from './graph-key.js';
import { rowsOutside, type RowsInput } from './rows.js';
import { numberOf, SharedModules } from './shared-modules.js';
import { compileModule, type StepModule } from './step-module.js';
import { writeNumbers, type Place } from './tensor-memory.js';
import { AddressSpace, WasmState } from './wasm-memory.js';

/** A step's code apart from the memory that it runs in. */
interface Compiled {
  readonly step: StepModule;
  readonly module: WebAssembly.Module;
  readonly rows: ReadonlyMap<string, RowsInput>;
}

/** Of all generators: many are made for one program each. */
const shared = new SharedModules<Compiled>();

/** Forgets what was compiled for steps that are gone. */
export function forgetSharedModules(): void {
  shared.clear();
}

/**
 * Makes WebAssembly of steps: each is one module that runs in one call, in Node and in browsers, with nothing beside it. The
 * same step gives the same bits on every machine, unless it is `relaxed`.
 */
export function wasmGenerator(relaxed = false): CodeGenerator<WasmState & PlainStateMemory> {
  const space = new AddressSpace();
  const addressOf = (entry: string, { shape, dtype }: Value): number =>
    space.entry(entry, shape, dtype).address;
  return {
    engine: 'WebAssembly',
    readsInPlace: true,
    createState: async (state) => new WasmState(space, state),
    async generate(plan: StepPlan): Promise<GeneratedCode<WasmState>> {
      const state = stateAddresses(plan, addressOf);
      const key = graphKey(plan, [...state, space.end, Number(relaxed)]);
      const known = key && shared.find(key);
      const groups = known?.groups ?? (key ? shared.groupsFor(key) : []);
      const numbers = groups.map((group) => group.map((i) => key!.numbers[i]!));
      const compile = (start?: number): { step: StepModule; rows: Compiled['rows'] } => {
        const { graph, rows } = rowsOutside(plan.graph, plan.anyLength);
        const lowered = dropUnusedInputs(onnxGraph(fromMemory(graph, numbers)));
        const step = compileModule(lowered, {
          reads: plan.reads,
          writes: plan.writes,
          weights: plan.weights,
          addressOf,
          streams: plan.streams,
          relaxed,
          numbers: new Set(numbers.map((_, i) => numberInput(i))),
          start: () => start ?? space.end,
        });
        return { step, rows };
      };
      let made: Omit<Compiled, 'module'> & Partial<Compiled> = known?.code ?? compile();
      const { step } = made;
      // Only now its size is known. Where a module that is gone has left as much, it goes there.
      const left = space.take(step.end - step.start);
      if (left === undefined) space.end = step.end;
      else made = compile(left);
      const module = made.module ?? (await WebAssembly.compile(made.step.bytes));
      if (key && !known && left === undefined) {
        const text = step.explain();
        shared.add(key, { ...made, step: { ...step, explain: () => text }, module }, groups);
      }
      const { start, end } = made.step;
      return new WasmCode(
        made.step,
        made.rows,
        plan.reads,
        module,
        new Map(numbers.map((same, i) => [numberInput(i), numberOf(same[0]!)])),
        () => space.leave(start, end),
      );
    },
  };
}

/** Where all that a step reads and writes of its state lies. */
function stateAddresses(
  { graph, reads, writes }: StepPlan,
  addressOf: (entry: string, value: Value) => number,
): number[] {
  const of = (list: Graph['inputs'], entries: ReadonlyMap<string, string>): number[] =>
    list.flatMap(({ name, value }) => (entries.has(name) ? [addressOf(entries.get(name)!, value)] : []));
  return [...of(graph.inputs, reads), ...of(graph.outputs, writes)];
}

const numberInput = (at: number): string => `number/${at}`;

/** A graph that takes some of its constants as inputs; those of one list are one. */
function fromMemory(graph: Graph, numbers: readonly (readonly Value[])[]): Graph {
  if (numbers.length === 0) return graph;
  const builder = new GraphBuilder();
  const replaced = new Map<Value, Value>();
  numbers.forEach((same, i) => {
    const value = builder.input(numberInput(i), { shape: [], dtype: 'float32' });
    for (const constant of same) replaced.set(constant, value);
  });
  return replaceInputs(graph, builder, replaced);
}

/** A module with what it is fed. */
export class WasmCode implements GeneratedCode<WasmState> {
  readonly size: number;
  readonly #step: StepModule;
  readonly #module: WebAssembly.Module;
  readonly #rows: ReadonlyMap<string, RowsInput>;
  readonly #fed: readonly (readonly [string, Place])[];
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #bound = new WeakMap<WasmState, BoundModule>();
  #leave: (() => void) | undefined;

  /**
   * @param present Inputs that are not fed: they lie in memory already.
   * @param numbers Inputs that are numbers of this step, which do not change.
   * @param leave Gives its memory to others.
   */
  constructor(
    step: StepModule,
    rows: ReadonlyMap<string, RowsInput>,
    present: { has(input: string): boolean },
    module: WebAssembly.Module,
    numbers: ReadonlyMap<string, number> = new Map(),
    leave?: () => void,
  ) {
    this.#leave = leave;
    this.size = step.kernels;
    this.#step = step;
    this.#module = module;
    this.#rows = rows;
    this.#numbers = numbers;
    this.#fed = [...step.inputs].filter(([name]) => !present.has(name) && !numbers.has(name));
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
      for (const [name, number] of this.#numbers) {
        const place = this.#step.inputs.get(name);
        if (place) writeNumbers(state.memory, place, Float32Array.of(number));
      }
      bound = new BoundModule(state, this.#module, this.#step, this.#fed, this.#rows);
      this.#bound.set(state, bound);
    }
    return bound;
  }
}
