import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import type { InputSpec } from '../trace/trace.js';
import type { RuntimeOptions } from '../codegen/onnx/runtime/runtime-types.js';
import type { HostTensor } from '../compiled-graph/host-tensor.js';
import type { Tree } from './tree.js';

/** Shape and type of an input, where no example tensor is at hand. */
export interface TensorSpec {
  readonly shape: readonly number[];
  /** Default `float32`. */
  readonly dtype?: Extract<DataType, 'float32' | 'int32' | 'bool'>;
}

/** Paths of outputs, and the path of the input that each becomes in the next run. */
export type Carry = Readonly<Record<string, string>>;

/** Options of {@link compileStep}. */
export interface CompileOptions<Carried extends Carry = Carry> extends RuntimeOptions {
  /** What the function becomes: a graph for ONNX Runtime (default), or a WebAssembly module that needs nothing else. */
  readonly target?: 'onnx' | 'wasm';
  /**
   * Inputs that each run takes from an output of the run before, as paths: `{ 'parameters': 'parameters' }` maps the subtree
   * of the output to that of the input. They stay in the runtime's memory; see {@link CompiledStep.readState}.
   */
  readonly carry?: Carried;
  /** Traces twice and compares. Default true: a number that changes from trace to trace is then found. */
  readonly verifyPure?: boolean;
}

/** The tree of tensors that a tree of examples stands for. */
export type TensorsOf<Inputs> = Inputs extends Leaf
  ? Tensor
  : { readonly [Key in keyof Inputs]: TensorsOf<Inputs[Key]> };

/** What a run must be given: everything that is not carried whole. */
export type StepFeeds<Inputs, Carried extends Carry = Record<never, string>> = Inputs extends
  Leaf | readonly unknown[]
  ? FeedsOf<Inputs>
  : FeedsOf<Omit<Inputs, Carried[keyof Carried]>> &
      Partial<FeedsOf<Pick<Inputs, Extract<keyof Inputs, Carried[keyof Carried]>>>>;

/** What a run gives: everything that is not carried whole. */
export type StepResults<Outputs, Carried extends Carry = Record<never, string>> = Outputs extends
  Tensor | readonly unknown[]
  ? ResultsOf<Outputs>
  : ResultsOf<Omit<Outputs, keyof Carried>>;

// Of a tree that nothing is known of, nothing is known.
type FeedsOf<Inputs> =
  Tree<Leaf> extends Inputs
    ? Tree<Tensor | HostTensor>
    : Inputs extends Leaf
      ? Tensor | HostTensor
      : { readonly [Key in keyof Inputs]: FeedsOf<Inputs[Key]> };

type ResultsOf<Outputs> =
  Tree<Tensor> extends Outputs
    ? Tree<HostTensor>
    : Outputs extends Tensor
      ? HostTensor
      : { readonly [Key in keyof Outputs]: ResultsOf<Outputs[Key]> };

/** A function of tensors that runs natively. */
export interface CompiledStep<Feeds = Tree<Tensor | HostTensor>, Results = Tree<HostTensor>> {
  /** Inputs that every run needs, by path. */
  readonly inputs: readonly InputSpec[];
  /** Outputs by path. */
  readonly outputs: readonly InputSpec[];
  /**
   * Runs once.
   *
   * @param inputs The tree of example inputs, with tensors or typed arrays at its leaves; carried inputs may be left out.
   * @returns The tree that the function returned, carried outputs left out. The arrays are the caller's.
   */
  run(inputs: Feeds): Promise<Results>;
  /** Copies of the carried inputs whose path starts with `prefix`, as the next run will see them. */
  readState(prefix?: string): Readonly<Record<string, HostTensor>>;
  /** Sets carried inputs by path. */
  writeState(entries: Readonly<Record<string, Tensor | HostTensor>>): void;
  /** The graph as text: operations, shapes, bytes, constants, and where each came from. */
  explain(): string;
  /** The step as an ONNX model. */
  toOnnx(): Uint8Array;
  /** Releases the runtime's memory. */
  dispose(): Promise<void>;
}

/** What may stand at the leaves of example inputs. */
export type Leaf = Tensor | TensorSpec | HostTensor;
