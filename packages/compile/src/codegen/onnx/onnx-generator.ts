import type {
  CodeGenerator,
  GeneratedCode,
  PlainStateMemory,
  StepPlan,
} from '../../compiled-graph/code-generator.js';
import type { HostTensors } from '../../compiled-graph/host-tensor.js';
import { dropUnusedInputs } from '../../passes/unused-inputs.js';
import { type FewerArguments, fewerArguments } from './fewer-arguments.js';
import { loadGraph } from './load-graph.js';
import { OnnxCode } from './onnx-code.js';
import { onnxGraph } from './onnx-graph.js';
import type { Runtime, RuntimeOptions } from './runtime/runtime-types.js';
import {
  DeviceState,
  type OnnxState,
  plainPlaceOf,
  PlainState,
  type StatePlace,
  statePlaceOf,
} from './state-tensors.js';

/** Makes sessions of ONNX Runtime of steps, with the state where the runtime reads it best. */
export function onnxGenerator(runtime: Runtime, options: RuntimeOptions): CodeGenerator<OnnxState> {
  return generator(runtime, options, statePlaceOf(runtime, options));
}

/** The same with the state in plain memory, whatever the device. */
export function plainOnnxGenerator(
  runtime: Runtime,
  options: RuntimeOptions,
): CodeGenerator<OnnxState & PlainStateMemory> {
  return generator(runtime, options, plainPlaceOf(runtime)) as CodeGenerator<PlainState>;
}

function generator(runtime: Runtime, options: RuntimeOptions, place: StatePlace): CodeGenerator<OnnxState> {
  const inPlace = place === 'in-place';
  return {
    engine: 'ONNX Runtime',
    readsInPlace: runtime.name === 'onnxruntime-node' && (options.device ?? 'cpu') === 'cpu',
    async createState(state: HostTensors): Promise<OnnxState> {
      return place === 'device'
        ? DeviceState.create(runtime, options, state)
        : new PlainState(runtime, state, inPlace);
    },
    async generate(plan: StepPlan): Promise<GeneratedCode<OnnxState>> {
      const graph = dropUnusedInputs(onnxGraph(plan.graph));
      const passed: FewerArguments = inPlace ? fewerArguments(graph, plan) : { graph, state: new Map() };
      const session = await loadGraph(passed.graph, runtime, options, {
        onDevice: place === 'device' ? [...plan.writes.keys()] : [],
        anyLength: plan.anyLength,
      });
      return new OnnxCode({ session, passed, plan, inPlace }, runtime);
    },
  };
}
