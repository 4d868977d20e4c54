import { EspalierError } from '@espalier/core';
import { currentScope, inScope, prepareTfjs, watchOps, withScopes } from '@espalier/core/internal';
import type { Tensor } from '@tensorflow/tfjs-core';
import { keep, Variable } from '@tensorflow/tfjs-core';
import type { Spec } from '../graph/builder.js';
import type { Graph, NamedValue, Value } from '../graph/graph.js';
import { tfjsEngine } from './engine.js';
import type { Engine } from './engine.js';
import type { Capture } from './recorder.js';
import { Recorder } from './recorder.js';
import { TraceBackend, traceBackendName } from './trace-backend.js';
import { registerTraceKernels } from './trace-kernels.js';

/** An input of a traced function, by name. */
export interface InputSpec extends Spec {
  readonly name: string;
}

/** What a traced function gives back: tensors by output name. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/** How {@link trace} treats what is not an input. */
export interface TraceOptions {
  /** Called for tensors of other backends; without it, or where it gives nothing, they become constants. */
  readonly capture?: Capture;
  /** Called when the function assigns a variable; without it that is an error. */
  readonly onAssign?: (variable: Variable, value: Value) => void;
}

/**
 * Records what a function of tensors computes, without computing it.
 *
 * Runs `body` once, synchronously, on a tfjs backend whose kernels work out shapes only. The active backend is back in
 * place afterwards, whatever happens, and no tensor is left behind.
 *
 * @param body Takes the inputs, and a function that makes further ones as they turn out to be needed.
 * @throws EspalierError `impure-step` when `body` reads a traced value or assigns a variable, `unsupported-op` for a kernel
 *   that has no compiled form, or an op without a gradient.
 */
export function trace(
  inputs: readonly InputSpec[],
  body: (inputs: readonly Tensor[], further: (spec: InputSpec) => Tensor) => NamedTensors,
  options: TraceOptions = {},
): Graph {
  prepareTfjs();
  registerTraceKernels();
  const engine = tfjsEngine();
  const recorder = new Recorder(options.capture);
  const backend = new TraceBackend(recorder);
  const outer = { name: engine.backendName, instance: engine.backendInstance };
  const depth = engine.state.gradientDepth;
  const restoreAssign = patchAssign(recorder, backend, options.onAssign);
  const restoreTape = patchTape(engine);
  engine.backendName = traceBackendName;
  engine.backendInstance = backend;
  engine.startScope('trace');
  try {
    return withScopes(() => {
      const placeholder = ({ name, shape, dtype }: InputSpec): Tensor => {
        const dataId = backend.allocate();
        recorder.bind(dataId, recorder.builder.input(name, { shape, dtype }));
        return engine.makeTensorFromTensorInfo({ dataId, shape: [...shape], dtype }, backend);
      };
      const placeholders = inputs.map(placeholder);
      // Kept: the scope in which it is first asked for may end before it is asked for again.
      const further = (spec: InputSpec): Tensor => keep(placeholder(spec));
      const { result: results } = watchOps(() => body(placeholders, further), 'compiled steps');
      return recorder.builder.finish(named(results, recorder));
    });
  } finally {
    engine.endScope();
    if (depth === 0) dropTape(engine);
    forget(engine, backend);
    engine.backendName = outer.name;
    engine.backendInstance = outer.instance;
    restoreTape();
    restoreAssign();
  }
}

function named(results: NamedTensors, recorder: Recorder): NamedValue[] {
  return Object.entries(results).map(([name, tensor]) => ({ name, value: recorder.valueOf(tensor) }));
}

/** Gradients run long after the forward call they belong to: gives them its scope. */
function patchTape(engine: Engine): () => void {
  const original = engine.addTapeNode;
  engine.addTapeNode = function (this: Engine, ...parts: Parameters<Engine['addTapeNode']>): void {
    original.apply(this, parts);
    const node = this.state.activeTape?.at(-1);
    const gradient = node?.gradient;
    if (!node || !gradient) return;
    const scope = currentScope() === '' ? 'gradient' : `gradient of ${currentScope()}`;
    // A gradient is a function per operand, called later still.
    node.gradient = (dys) =>
      Object.fromEntries(
        Object.entries(inScope(scope, () => gradient(dys))).map(([name, part]) => [
          name,
          () => inScope(scope, part),
        ]),
      );
  };
  // Not deleted: an engine that loses a property is slow for good.
  return () => void (engine.addTapeNode = original);
}

/** Turns assignments to variables into notes: the variable itself is what it was when the trace is over. */
function patchAssign(
  recorder: Recorder,
  backend: TraceBackend,
  onAssign: TraceOptions['onAssign'],
): () => void {
  const prototype = Variable.prototype as unknown as { assign(this: Variable, value: Tensor): void };
  const original = prototype.assign;
  const touched = new Map<Variable, object>();
  const engine = tfjsEngine();
  prototype.assign = function (this: Variable, newValue: Tensor): void {
    if (!onAssign)
      throw new EspalierError({
        code: 'impure-step',
        scope: 'compile',
        message:
          `The step assigns the variable "${this.name}" while it is being traced: a step must be a pure function of ` +
          'tensors. Return the new value as an output instead.',
      });
    if (newValue.dtype !== this.dtype || newValue.shape.join() !== this.shape.join())
      throw new Error(
        `Variable "${this.name}" is ${this.dtype} [${this.shape}]; it cannot be assigned ${newValue.dtype} [${newValue.shape}].`,
      );
    const value = recorder.valueOf(newValue);
    const holder = this as unknown as { dataId: object };
    if (!touched.has(this)) touched.set(this, holder.dataId);
    const dataId = {};
    recorder.bind(dataId, value);
    engine.state.tensorInfo.set(dataId, { backend, dtype: this.dtype, shape: this.shape, bytes: 0 });
    holder.dataId = dataId;
    onAssign(this, value);
  };
  return () => {
    prototype.assign = original;
    for (const [variable, dataId] of touched) (variable as unknown as { dataId: object }).dataId = dataId;
  };
}

/** After an exception inside a gradient, tfjs keeps the tape with the tensors it saved. */
function dropTape(engine: Engine): void {
  for (const node of engine.state.activeTape ?? []) for (const tensor of node.saved) tensor.dispose();
  engine.state.activeTape = null;
}

/** Takes out of the engine's books what the function kept. */
function forget(engine: Engine, backend: TraceBackend): void {
  const { state } = engine;
  for (const [name, variable] of Object.entries(state.registeredVariables))
    if (backend.held().has(variable.dataId)) delete state.registeredVariables[name];
  for (const [dataId, count] of backend.held()) {
    const info = state.tensorInfo.get(dataId);
    if (!info) continue;
    state.tensorInfo.delete(dataId);
    state.numTensors -= count;
    state.numBytes -= count * info.bytes;
    state.numDataBuffers--;
  }
  backend.dispose();
}
