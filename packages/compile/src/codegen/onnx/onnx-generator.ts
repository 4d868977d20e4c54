import type {
  CodeGenerator,
  GeneratedCode,
  PlainStateMemory,
  StateMemory,
  StepPlan,
} from '../../compiled-graph/code-generator.js';
import type { HostTensors } from '../../compiled-graph/host-tensor.js';
import { elementCount } from '../../graph/element-type.js';
import { dropUnusedInputs } from '../../passes/unused-inputs.js';
import { fewerArguments } from './fewer-arguments.js';
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
import { updatingGenerator } from './updating-generator.js';

/**
 * Bytes of state up to which it lies in WebAssembly's memory, which ends at 4 GB and holds the gradients too.
 */
const mostStateBytes = 2 ** 30;

/** Makes sessions of ONNX Runtime of steps, with the state where the runtime reads it best. */
export function onnxGenerator(runtime: Runtime, options: RuntimeOptions): CodeGenerator {
  return generator(runtime, options, statePlaceOf(runtime, options));
}

/** The same with the state in plain memory, whatever the device. */
export function plainOnnxGenerator(
  runtime: Runtime,
  options: RuntimeOptions,
): CodeGenerator<PlainStateMemory> {
  return generator(runtime, options, plainPlaceOf(runtime)) as CodeGenerator<PlainStateMemory>;
}

function generator(runtime: Runtime, options: RuntimeOptions, place: StatePlace): CodeGenerator {
  const whole = wholeGenerator(runtime, options, place);
  if (place !== 'in-place') return whole as CodeGenerator;
  return bySize(updatingGenerator(runtime, options) as CodeGenerator, whole as CodeGenerator);
}

/** Whole steps as sessions, with the state in the runtime's own tensors. */
export function wholeGenerator(
  runtime: Runtime,
  options: RuntimeOptions,
  place: StatePlace,
): CodeGenerator<OnnxState> {
  const inPlace = place === 'in-place';
  return {
    engine: 'ONNX Runtime',
    readsInPlace: readsInPlace(runtime, options),
    async createState(state: HostTensors): Promise<OnnxState> {
      return place === 'device'
        ? DeviceState.create(runtime, options, state)
        : new PlainState(runtime, state, inPlace);
    },
    async generate(plan: StepPlan): Promise<GeneratedCode<OnnxState>> {
      const graph = dropUnusedInputs(onnxGraph(plan.graph));
      const passed = inPlace ? fewerArguments(graph, plan) : { graph };
      const session = await loadGraph(passed.graph, runtime, options, {
        onDevice: place === 'device' ? [...plan.writes.keys()] : [],
        anyLength: plan.anyLength,
      });
      return new OnnxCode({ session, passed, plan, inPlace }, runtime);
    },
  };
}

/** Whether a runtime reads arrays of the caller where they are. */
export function readsInPlace(runtime: Runtime, { device = 'cpu' }: RuntimeOptions): boolean {
  return runtime.name === 'onnxruntime-node' && device === 'cpu';
}

/**
 * The one of two generators that the size of the first state, or of what the first step reads of it, asks for.
 *
 * @param most Bytes of a small state.
 */
export function bySize(small: CodeGenerator, large: CodeGenerator, most = mostStateBytes): CodeGenerator {
  let chosen: CodeGenerator | undefined;
  const choose = (shapes: readonly (readonly number[])[]): CodeGenerator =>
    (chosen ??= 4 * shapes.reduce((sum, shape) => sum + elementCount(shape), 0) <= most ? small : large);
  return {
    engine: small.engine,
    readsInPlace: small.readsInPlace,
    createState: (state): Promise<StateMemory> =>
      choose(Object.values(state).map(({ shape }) => shape)).createState(state),
    generate: (plan) => {
      const read = plan.graph.inputs.filter(({ name }) => plan.reads.has(name));
      return choose(read.map(({ value }) => value.shape)).generate(plan);
    },
  };
}
