import { EspalierError } from '@espalier/core';
import { currentScope } from '@espalier/core/internal';
import type { BackendValues, DataId, DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { GraphBuilder } from '../graph/builder.js';
import type { Spec } from '../graph/builder.js';
import { elementCount, fromNumbers, isElementType } from '../graph/element-type.js';
import type { TensorArray } from '../graph/element-type.js';
import type { Attributes, Value } from '../graph/graph.js';
import { KernelCall } from '../operations/rule.js';
import { ruleOf } from '../operations/rules.js';
import { tfjsEngine } from './engine.js';

/** Turns a tensor of another backend that the step uses into a value, e.g. an input for a variable. */
export type Capture = (tensor: TensorInfo, builder: GraphBuilder) => Value | undefined;

/** Records the kernels of one trace as a graph. */
export class Recorder {
  readonly builder = new GraphBuilder();
  readonly #values = new WeakMap<DataId, Value>();

  readonly #capture: Capture | undefined;

  constructor(capture?: Capture) {
    this.#capture = capture;
  }

  /** Lets a buffer stand for a value. */
  bind(dataId: DataId, value: Value): void {
    this.#values.set(dataId, value);
  }

  recordConstant(dataId: DataId, values: BackendValues, shape: readonly number[], dtype: DataType): void {
    if (!isElementType(dtype))
      throw this.#error('unsupported-op', `A tensor of type ${dtype} cannot be part of a compiled step.`);
    this.#values.set(dataId, this.#constant(values, shape, dtype));
  }

  /** One kernel call: gives the values it makes. */
  recordKernel(kernel: string, inputs: unknown, attributes: unknown): readonly Value[] {
    const { names, infos } = operands(inputs);
    const values = infos.map((info) => this.valueOf(info));
    if (kernel === 'Identity') return values;
    const rule = ruleOf(kernel);
    if (!rule) throw this.unsupported(kernel, currentScope());
    const attrs = (attributes ?? {}) as Attributes;
    let specs: Spec | readonly Spec[];
    try {
      specs = rule.infer(new KernelCall(kernel, values, names, attrs));
    } catch (cause) {
      throw this.#error(
        'unsupported-op',
        `Kernel ${kernel}${at(currentScope())}: ${(cause as Error).message}`,
        cause,
      );
    }
    return this.builder.add({
      op: kernel,
      inputs: values,
      inputNames: names,
      attributes: attrs,
      outputs: Array.isArray(specs) ? (specs as readonly Spec[]) : [specs as Spec],
      origin: currentScope(),
    });
  }

  /** The value of a tensor: recorded, captured, or copied as a constant when it lives on another backend. */
  valueOf(tensor: TensorInfo): Value {
    const known = this.#values.get(tensor.dataId);
    if (known) return known;
    const foreign = this.#capture?.(tensor, this.builder) ?? this.#copy(tensor);
    this.#values.set(tensor.dataId, foreign);
    return foreign;
  }

  /** The numbers of a constant; a traced value has none. */
  read(dataId: DataId): BackendValues {
    const value = this.#values.get(dataId);
    if (value?.constant) {
      const { data } = value.constant;
      const count = elementCount(value.shape);
      const all = data.length === count ? data.slice() : repeat(data, count);
      return all as Float32Array | Int32Array | Uint8Array;
    }
    const what = value?.producer
      ? `the result of ${value.producer.op}${at(value.producer.origin)}`
      : 'an input';
    throw this.#error(
      'impure-step',
      `The step reads a tensor's value while it is being traced (${what}): a step must be a pure function of tensors. ` +
        'Keep the decision in tensors (tf.where), or move the reading between steps.',
    );
  }

  unsupported(kernel: string, origin: string): EspalierError {
    return this.#error(
      'unsupported-op',
      `Kernel ${kernel}${at(origin)} cannot be compiled. Leave it out of the step, or run eagerly (executor: eager()).`,
    );
  }

  #copy(tensor: TensorInfo): Value {
    const info = tfjsEngine().state.tensorInfo.get(tensor.dataId);
    if (!info)
      throw this.#error(
        'impure-step',
        `The step uses a tensor that has been disposed${at(currentScope())}. Where nobody disposed it, it was kept from an ` +
          'earlier call of the step (the state of a stateful recurrent layer, the dropout mask of a cell): hand it in and give ' +
          'it back as a tensor instead.',
      );
    if (!isElementType(tensor.dtype))
      throw this.#error(
        'unsupported-op',
        `A tensor of type ${tensor.dtype} cannot be part of a compiled step.`,
      );
    return this.#constant(info.backend.readSync(tensor.dataId), tensor.shape, tensor.dtype);
  }

  #constant(values: BackendValues, shape: readonly number[], dtype: 'float32' | 'int32' | 'bool'): Value {
    // Always a copy: the caller may reuse the buffer.
    return this.builder.constant(
      fromNumbers(dtype, values as ArrayLike<number>) as TensorArray,
      shape,
      dtype,
    );
  }

  #error(code: 'impure-step' | 'unsupported-op', message: string, cause?: unknown): EspalierError {
    return new EspalierError({ code, scope: 'compile', message, cause });
  }
}

function at(origin: string): string {
  return origin === '' ? '' : ` in ${origin}`;
}

function repeat(data: TensorArray, count: number): TensorArray {
  if (data instanceof Float32Array) return new Float32Array(count).fill(data[0] as number);
  if (data instanceof Int32Array) return new Int32Array(count).fill(data[0] as number);
  return new Uint8Array(count).fill(Number(data[0]));
}

/** Kernel operands come as a list or by name; a name may hold a list, and optional ones are undefined. */
function operands(inputs: unknown): { names: string[]; infos: TensorInfo[] } {
  const names: string[] = [];
  const infos: TensorInfo[] = [];
  for (const [name, info] of Object.entries(inputs as Record<string, TensorInfo | undefined>)) {
    if (!info) continue;
    names.push(name);
    infos.push(info);
  }
  return { names, infos };
}
