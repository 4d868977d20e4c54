import { EspalierError } from '@espalier/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { Tensor as TensorClass } from '@tensorflow/tfjs-core';
import { fromNumbers, isElementType } from '../graph/element-type.js';
import type { TensorArray } from '../graph/element-type.js';
import type { Graph } from '../graph/graph.js';
import { explainGraph } from '../graph/explain.js';
import { lower } from '../codegen/onnx/lower.js';
import { toModel } from '../codegen/onnx/model.js';
import { simplify } from '../codegen/onnx/passes/simplify.js';
import { compareTraces } from '../trace/compare-traces.js';
import type { InputSpec, NamedTensors } from '../trace/trace.js';
import { trace } from '../trace/trace.js';
import { Program } from './program.js';
import type {
  Carry,
  CompiledStep,
  CompileOptions,
  HostTensor,
  Leaf,
  StepFeeds,
  StepResults,
  TensorsOf,
} from './step-types.js';
import type { Tree } from './tree.js';
import { flatten, mapTree } from './tree.js';

function isLeaf(node: unknown): node is Leaf {
  return (
    node instanceof TensorClass ||
    (typeof node === 'object' && node !== null && Array.isArray((node as Leaf).shape))
  );
}

function isTensor(node: unknown): node is Tensor {
  return node instanceof TensorClass;
}

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
  const leaves = flatten(exampleInputs as Tree<Leaf>, isLeaf);
  const inputs = leaves.map(([name, leaf]): InputSpec => ({
    name,
    shape: leaf.shape,
    dtype: typeOf(name, leaf),
  }));
  let returned: Tree<string> = '';
  const traceOnce = (): Graph =>
    trace(inputs, (tensors) => {
      let i = 0;
      const tree = mapTree(exampleInputs as Tree<Leaf>, isLeaf, () => tensors[i++] as Tensor);
      const result = fn(tree as TensorsOf<Inputs>);
      const named: Record<string, Tensor> = {};
      returned = mapTree<Tensor, string>(result, isTensor, (tensor, path) => ((named[path] = tensor), path));
      flatten(result, isTensor);
      return named satisfies NamedTensors;
    });
  const traced = traceOnce();
  if (options.verifyPure ?? true) compareTraces(traced, traceOnce());
  const carry = expandCarry(options.carry ?? {}, traced);
  const { outputs, names } = distinctNames(traced);
  const graph = simplify(lower({ ...traced, outputs }));
  const program = await Program.load(graph, {
    ...options,
    carry: Object.fromEntries(
      Object.entries(carry).map(([output, input]) => [names.get(output) as string, input]),
    ),
  });
  const step: CompiledStep = new Step(
    traced,
    graph,
    program,
    returned,
    names,
    new Set(Object.keys(carry)),
    exampleInputs as Tree<Leaf>,
  );
  return step as CompiledStep<StepFeeds<Inputs, Carried>, StepResults<Outputs, Carried>>;
}

function typeOf(name: string, leaf: Leaf): 'float32' | 'int32' | 'bool' {
  const dtype = leaf.dtype ?? 'float32';
  if (isElementType(dtype)) return dtype;
  throw new EspalierError({
    code: 'invalid-data',
    scope: 'compile',
    message: `Input "${name}" has dtype ${dtype}; a compiled step takes float32, int32 and bool.`,
  });
}

/** Outputs may be called as inputs are; in a graph each name stands once. */
function distinctNames(graph: Graph): { outputs: Graph['outputs']; names: Map<string, string> } {
  const taken = new Set(graph.inputs.map(({ name }) => name));
  const names = new Map<string, string>();
  const outputs = graph.outputs.map(({ name, value }) => {
    let distinct = name;
    while (taken.has(distinct)) distinct = `next/${distinct}`;
    taken.add(distinct);
    names.set(name, distinct);
    return { name: distinct, value };
  });
  return { outputs, names };
}

/** Carried subtrees as single outputs and inputs. */
function expandCarry(carry: Readonly<Record<string, string>>, graph: Graph): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [from, to] of Object.entries(carry)) {
    const outputs = graph.outputs.filter(({ name }) => name === from || name.startsWith(`${from}/`));
    if (outputs.length === 0)
      throw new EspalierError({
        code: 'invalid-option',
        scope: 'compile',
        message: `carry: there is no output "${from}"; outputs: ${graph.outputs.map(({ name }) => name).join(', ')}.`,
      });
    for (const { name, value } of outputs) {
      const target = to + name.slice(from.length);
      const input = graph.inputs.find((candidate) => candidate.name === target);
      if (!input || input.value.dtype !== value.dtype || input.value.shape.join() !== value.shape.join())
        throw new EspalierError({
          code: 'invalid-option',
          scope: 'compile',
          message:
            `carry: output "${name}" is ${value.dtype} [${value.shape}], and the input "${target}" ` +
            (input ? `is ${input.value.dtype} [${input.value.shape}].` : 'does not exist.'),
        });
      result[name] = target;
    }
  }
  return result;
}

class Step implements CompiledStep {
  readonly inputs: readonly InputSpec[];
  readonly outputs: readonly InputSpec[];

  constructor(
    private readonly traced: Graph,
    private readonly graph: Graph,
    private readonly program: Program,
    private readonly returned: Tree<string>,
    private readonly names: ReadonlyMap<string, string>,
    private readonly carried: ReadonlySet<string>,
    examples: Tree<Leaf>,
  ) {
    this.inputs = program.inputs.map(({ name, value: { shape, dtype } }) => ({ name, shape, dtype }));
    this.outputs = traced.outputs.map(({ name, value: { shape, dtype } }) => ({ name, shape, dtype }));
    // Carried inputs start as the examples say, where these hold numbers.
    const free = new Set(this.inputs.map(({ name }) => name));
    for (const [name, leaf] of flatten(examples, isLeaf))
      if (!free.has(name) && (isTensor(leaf) || 'data' in leaf)) program.writeState(name, dataOf(leaf));
  }

  async run(inputs: Tree<Tensor | HostTensor>): Promise<Tree<HostTensor>> {
    const feeds: Record<string, TensorArray> = {};
    for (const [name, leaf] of flatten(inputs, isLeaf)) feeds[name] = dataOf(leaf as Tensor | HostTensor);
    const results = await this.program.run(feeds);
    const specs = new Map(this.outputs.map((spec) => [spec.name, spec]));
    return this.tree(this.returned, (path) => {
      const { shape, dtype } = specs.get(path) as InputSpec;
      const data = (results[this.names.get(path) as string] as TensorArray).slice();
      return { data, shape, dtype } as HostTensor;
    });
  }

  readState(prefix = ''): Readonly<Record<string, HostTensor>> {
    const entries: Record<string, HostTensor> = {};
    const free = new Set(this.inputs.map(({ name }) => name));
    for (const { name, value } of this.traced.inputs)
      if (!free.has(name) && name.startsWith(prefix))
        entries[name] = {
          data: this.program.readState(name),
          shape: value.shape,
          dtype: value.dtype,
        } as HostTensor;
    return entries;
  }

  writeState(entries: Readonly<Record<string, Tensor | HostTensor>>): void {
    for (const [name, entry] of Object.entries(entries)) this.program.writeState(name, dataOf(entry));
  }

  explain(): string {
    return explainGraph(this.traced);
  }

  toOnnx(): Uint8Array {
    return toModel(this.graph);
  }

  dispose(): Promise<void> {
    return this.program.dispose();
  }

  /** The returned tree without its carried leaves. */
  private tree(node: Tree<string>, leaf: (path: string) => HostTensor): Tree<HostTensor> {
    if (typeof node === 'string') return leaf(node);
    const keep = (child: Tree<string>): boolean => typeof child !== 'string' || !this.carried.has(child);
    if (Array.isArray(node))
      return (node as Tree<string>[]).filter(keep).map((child) => this.tree(child, leaf));
    const entries = Object.entries(node as Record<string, Tree<string>>).filter(([, child]) => keep(child));
    return Object.fromEntries(entries.map(([key, child]) => [key, this.tree(child, leaf)]));
  }
}

function dataOf(leaf: Tensor | HostTensor): TensorArray {
  if (!isTensor(leaf)) return leaf.data;
  const data = leaf.dataSync() as TensorArray;
  // tfjs backends may keep a cast tensor in the array it was cast from.
  const fits =
    leaf.dtype === 'float32'
      ? data instanceof Float32Array
      : leaf.dtype !== 'int32' || data instanceof Int32Array;
  return fits ? data : fromNumbers(leaf.dtype as 'float32' | 'int32', data as ArrayLike<number>);
}
