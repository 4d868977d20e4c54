import type { CodeGenerator, GeneratedCode, StepPlan } from '../../compiled-graph/code-generator.js';
import { elementCount } from '../../graph/element-type.js';
import type { Value } from '../../graph/graph.js';
import { dropUnusedInputs } from '../../passes/unused-inputs.js';
import { compileModule } from '../wasm/step-module.js';
import type { Place } from '../wasm/tensor-memory.js';
import { WasmCode } from '../wasm/wasm-generator.js';
import { AddressSpace, WasmState } from '../wasm/wasm-memory.js';
import { fewerArguments, mostJoined } from './fewer-arguments.js';
import { loadGraph } from './load-graph.js';
import { onnxGraph } from './onnx-graph.js';
import { flattenInputs, flattenOutputs, freshName } from './passes/flat-tensors.js';
import { splitUpdates, type SplitUpdates } from './passes/split-updates.js';
import type { Runtime, RuntimeOptions } from './runtime/runtime-types.js';
import { UpdatingCode } from './updating-code.js';

/**
 * Makes of each step a session of ONNX Runtime, which computes loss and gradients, and a WebAssembly module that computes the
 * next state of them, where the old one lies: an optimizer is one pass over its parameters there, and a dozen in ONNX Runtime.
 */
export function updatingGenerator(runtime: Runtime, options: RuntimeOptions): CodeGenerator<WasmState> {
  const space = new AddressSpace();
  return {
    engine: 'ONNX Runtime',
    readsInPlace: (options.device ?? 'cpu') === 'cpu',
    createState: async (state) => new WasmState(space, state),
    async generate(plan: StepPlan): Promise<GeneratedCode<WasmState>> {
      const graph = dropUnusedInputs(onnxGraph(plan.graph));
      const { head, updates, cuts } = fewerCuts(splitUpdates(graph, plan.writes));
      const handed = new Set(cuts);
      const passed = fewerArguments(head, { reads: plan.reads, writes: handed });
      // A step of elementwise work alone needs no session.
      const session =
        passed.graph.outputs.length === 0
          ? undefined
          : await loadGraph(passed.graph, runtime, options, { anyLength: plan.anyLength });
      const placeOf = (entry: string, { shape, dtype }: Value): Place => space.entry(entry, shape, dtype);
      const read = passed.graph.inputs.filter(({ name }) => plan.reads.has(name));
      const state = new Map(
        read.map(({ name, value }) => [name, placeOf(plan.reads.get(name)!, value)] as const),
      );
      const module = compileModule(updates, {
        reads: plan.reads,
        writes: plan.writes,
        weights: plan.weights,
        addressOf: (entry, value) => placeOf(entry, value).address,
        start: () => space.end,
      });
      space.end = module.end;
      const given = new Set([...plan.reads.keys(), ...cuts]);
      return new UpdatingCode(
        {
          session,
          head: passed,
          updates: new WasmCode(module, new Map(), given, await WebAssembly.compile(module.bytes)),
          cuts: new Map(cuts.map((name) => [name, module.inputs.get(name)!])),
          state,
          plan,
        },
        runtime,
      );
    },
  };
}

/** Hands small tensors over as one. */
function fewerCuts(split: SplitUpdates): SplitUpdates {
  const { head, updates, cuts } = split;
  const small = updates.inputs
    .filter(({ name, value }) => cuts.includes(name) && value.dtype === 'float32')
    .filter(({ value }) => elementCount(value.shape) <= mostJoined)
    .map(({ name }) => name);
  if (small.length < 2) return split;
  const pack = { name: freshName(head, 'cuts'), members: small };
  return {
    head: flattenOutputs(head, pack),
    updates: flattenInputs(updates, pack),
    cuts: [...cuts.filter((name) => !small.includes(name)), pack.name],
  };
}
