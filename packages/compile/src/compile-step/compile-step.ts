import { EspalierError, option, readOptions } from '@espalier/core';
import { describe } from '@espalier/core/internal';
import type { Tensor } from '@tensorflow/tfjs-core';
import { RUNTIME_OPTION_RULES } from '../codegen/onnx/runtime/runtime-option-rules.js';
import { loadRuntime } from '../codegen/onnx/runtime/runtime.js';
import { wasmGenerator } from '../codegen/wasm/wasm-generator.js';
import type { CodeGenerator, PlainStateMemory } from '../compiled-graph/code-generator.js';
import { CompiledGraph } from '../compiled-graph/compiled-graph.js';
import type { HostTensor } from '../compiled-graph/host-tensor.js';
import { allocate, elementCount, isElementType } from '../graph/element-type.js';
import type { Graph } from '../graph/graph.js';
import type { InputSpec, NamedTensors } from '../trace/trace.js';
import { trace } from '../trace/trace.js';
import { traceTwice } from '../trace/trace-twice.js';
import { distinctNames, expandCarry } from './carry.js';
import { Step } from './step.js';
import { checkedTensor, isLeaf, isTensor } from './step-leaves.js';
import type {
  Carry,
  CompiledStep,
  CompileOptions,
  Leaf,
  StepFeeds,
  StepResults,
  TensorsOf,
} from './step-types.js';
import type { Tree } from './tree.js';
import { flatten, mapTree } from './tree.js';

/**
 * Compiles a pure function of tensors, written in tfjs ops, into a native one.
 *
 * The function is traced once (its kernels are recorded, not run), simplified, written as an ONNX graph and loaded into
 * ONNX Runtime. Gradients (`tf.grads`, `tf.variableGrads`, `tf.customGrad`) are part of the trace.
 *
 * @param fn Takes the tree of example inputs, with tensors at its leaves, and returns a tree of tensors. It must not read
 *   values, draw random numbers or assign variables.
 * @param exampleInputs Nested plain objects and arrays of tensors or of `{ shape, dtype }`.
 * @throws EspalierError `impure-step`, `unsupported-op`, or `executor-unavailable` when ONNX Runtime is missing.
 *
 * @example
 * ```ts
 * const step = await compileStep(({ x, w }) => ({ y: tf.matMul(x, w) }), { x: { shape: [2, 3] }, w: { shape: [3, 1] } });
 * ```
 */
export async function compileStep<
  Inputs extends Tree<Leaf>,
  Outputs extends Tree<Tensor>,
  const Carried extends Carry = Record<never, string>,
>(
  fn: (inputs: TensorsOf<Inputs>) => Outputs,
  exampleInputs: Inputs,
  options: CompileOptions<Carried> = {},
): Promise<CompiledStep<StepFeeds<Inputs, Carried>, StepResults<Outputs, Carried>>> {
  const { target, carry: wanted, verifyPure } = checkedOptions(options);
  if (typeof fn !== 'function')
    throw refusal('invalid-option', `compileStep takes a function of tensors first, got ${describe(fn)}.`);
  const examples = exampleInputs as Tree<Leaf>;
  const inputs = flatten(examples, isLeaf).map(([name, leaf]) => inputOf(name, leaf));
  let returned: Tree<string> = '';
  const traceOnce = (): Graph =>
    trace(inputs, (tensors) => {
      let i = 0;
      const tree = mapTree(examples, isLeaf, () => tensors[i++] as Tensor);
      const result = fn(tree as TensorsOf<Inputs>);
      if (flatten(result, isTensor).length === 0)
        throw refusal(
          'invalid-data',
          'The function returned no tensor; it must return those that it computes.',
        );
      const named: Record<string, Tensor> = {};
      returned = mapTree<Tensor, string>(result, isTensor, (tensor, path) => ((named[path] = tensor), path));
      return named satisfies NamedTensors;
    });
  const traced = traceTwice(traceOnce, verifyPure);
  const carry = expandCarry(wanted, traced.graph);
  const { graph, names } = distinctNames(traced.graph);
  const carried = new Set(carry.values());
  const written = new Map([...carry].map(([output, input]) => [names.get(output)!, input]));
  const generator = target === 'wasm' ? wasmGenerator() : await onnxGenerator(options);
  const compiled = await CompiledGraph.compile({ ...traced, graph }, generator, {
    state: {
      read: (input) => (carried.has(input) ? input : undefined),
      written: (output) => written.get(output),
    },
  });
  const state = await generator.createState(firstState(examples, inputs, carried));
  const parts = { traced: traced.graph, compiled, state, returned, names, carry };
  return new Step(parts) as CompiledStep as CompiledStep<
    StepFeeds<Inputs, Carried>,
    StepResults<Outputs, Carried>
  >;
}

function inputOf(name: string, leaf: Leaf): InputSpec {
  const { shape } = leaf;
  const dtype = leaf.dtype ?? 'float32';
  if (!isElementType(dtype))
    throw refusal(
      'invalid-data',
      `Input "${name}" has dtype ${dtype}; a compiled step takes float32, int32 and bool.`,
    );
  if (!shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0))
    throw refusal(
      'invalid-data',
      `Input "${name}" has the shape [${shape.map(String).join(', ')}]; a step is compiled for one shape, of whole numbers >= 0: ` +
        'write the size that it will have, and compile another step for another size.',
    );
  if ('data' in leaf && !isTensor(leaf)) checkedTensor(`Input "${name}"`, leaf, { shape, dtype });
  return { name, shape, dtype };
}

/** What a step is compiled with; nothing of ONNX Runtime where it is not used. */
function checkedOptions(options: CompileOptions): {
  target: 'onnx' | 'wasm';
  carry: Carry;
  verifyPure: boolean;
} {
  const { values } = readOptions('compile', options, {
    target: option.oneOf(['onnx', 'wasm'], { default: 'onnx' }),
    carry: option.custom<Carry>({
      default: {},
      expected: 'paths of inputs by paths of outputs',
      accepts: (value) =>
        typeof value === 'object' &&
        value !== null &&
        !Array.isArray(value) &&
        Object.values(value).every((path) => typeof path === 'string'),
    }),
    verifyPure: option.boolean({ default: true }),
    ...RUNTIME_OPTION_RULES,
    profile: option.text({ optional: true }),
  });
  const { target, carry, verifyPure } = values;
  const ofOnnx = (['device', 'threads', 'runtime', 'profile'] as const).find(
    (name) => values[name] !== undefined,
  );
  if (target === 'wasm' && ofOnnx !== undefined)
    throw refusal(
      'invalid-option',
      `${ofOnnx} is an option of target "onnx", and target is "wasm": leave one of them out.`,
    );
  return { target, carry, verifyPure };
}

function refusal(code: 'invalid-data' | 'invalid-option', message: string): EspalierError {
  return new EspalierError({ code, scope: 'compile', message });
}

/** Carried inputs start as the examples say, where these hold numbers, and with zeros elsewhere. */
function firstState(
  examples: Tree<Leaf>,
  inputs: readonly InputSpec[],
  carried: ReadonlySet<string>,
): Record<string, HostTensor> {
  const state: Record<string, HostTensor> = {};
  flatten(examples, isLeaf).forEach(([name, leaf], i) => {
    if (!carried.has(name)) return;
    const { shape, dtype } = inputs[i]!;
    const zeros = { data: allocate(dtype, elementCount(shape)), shape, dtype } as HostTensor;
    state[name] = isTensor(leaf) || 'data' in leaf ? checkedTensor(`Input "${name}"`, leaf, zeros) : zeros;
  });
  return state;
}

/** Apart, so that a page whose steps are WebAssembly does not load it. */
async function onnxGenerator(options: CompileOptions<Carry>): Promise<CodeGenerator<PlainStateMemory>> {
  const runtime = await loadRuntime(options);
  const { plainOnnxGenerator } = await import('../codegen/onnx/onnx-generator.js');
  return plainOnnxGenerator(runtime, options) as CodeGenerator<PlainStateMemory>;
}
