import * as tf from '@tensorflow/tfjs-core';
import type { HostArray, HostArrays } from '../data/arrays.js';
import { toTensor } from '../data/to-tensor.js';
import type { Dataset } from '../data/dataset.js';
import type { DataStream } from '../data/data-stream.js';
import { fail } from '../errors.js';
import { describe } from '../options.js';
import { toHostArray } from '../step/state.js';

/** What a model predicts from: data, a tensor `[N, ...]`, or tensors by input name. */
export type PredictionInputs = Dataset | DataStream | tf.Tensor | Readonly<Record<string, tf.Tensor>>;

/** What a model gave: one tensor for the only output, else tensors by output name. */
export type Prediction = tf.Tensor | Record<string, tf.Tensor>;

/** Whatever `predict` is given, as data without targets. */
export async function predictionSource(inputs: PredictionInputs): Promise<Dataset | DataStream> {
  if (typeof inputs !== 'object' || inputs === null) {
    fail(
      'invalid-data',
      'trainer',
      `predict needs a data set, a tensor [N, ...] or tensors by input name, got ${describe(inputs)}.`,
    );
  }
  if (isData(inputs)) return inputs;
  const tensors: Readonly<Record<string, tf.Tensor>> =
    inputs instanceof tf.Tensor ? { input: inputs } : inputs;
  const other = Object.entries(tensors).find(([, tensor]) => !(tensor instanceof tf.Tensor));
  if (other)
    fail(
      'invalid-data',
      'trainer',
      Array.isArray(inputs)
        ? `predict needs a data set or a tensor [N, ...], got a list; write tf.tensor(list).`
        : `input '${other[0]}' to predict must be a tensor, got ${describe(other[1])}.`,
    );
  const sizes = Object.values(tensors).map((tensor) => tensor.shape[0] ?? 0);
  const [size = 0] = sizes;
  if (size === 0 || sizes.some((one) => one !== size)) {
    fail(
      'invalid-data',
      'trainer',
      `inputs to predict must be [N, ...] with one N >= 1, got N = ${sizes.join(', ')}.`,
    );
  }
  const arrays: Record<string, HostArray> = {};
  for (const [name, tensor] of Object.entries(tensors)) arrays[name] = await toHostArray(tensor);
  return {
    size,
    inputs: Object.fromEntries(
      Object.entries(arrays).map(([name, { shape, dtype }]) => [name, { shape: shape.slice(1), dtype }]),
    ),
    targets: {},
    batch: (indices) => ({
      inputs: Object.fromEntries(
        Object.entries(arrays).map(([name, array]) => [name, rowsOf(array, indices)]),
      ),
      targets: {},
    }),
  };
}

function isData(inputs: object): inputs is Dataset | DataStream {
  const { batch, open } = inputs as { batch?: unknown; open?: unknown };
  return typeof batch === 'function' || typeof open === 'function';
}

/** Rows that follow each other. */
function rowsOf({ data, shape, dtype }: HostArray, indices: Uint32Array): HostArray {
  const row = data.length / shape[0]!;
  const start = indices[0]! * row;
  return {
    data: data.slice(start, start + indices.length * row),
    shape: [indices.length, ...shape.slice(1)],
    dtype,
  };
}

/** The outputs of batches, put together. */
export class JoinedOutputs {
  readonly #parts = new Map<string, HostArray[]>();

  add(outputs: HostArrays): void {
    for (const [name, array] of Object.entries(outputs)) {
      const list = this.#parts.get(name);
      if (list) list.push(array);
      else this.#parts.set(name, [array]);
    }
  }

  tensors(): Prediction {
    return prediction(Object.fromEntries([...this.#parts].map(([name, list]) => [name, joined(list)])));
  }
}

/** The outputs of each batch as tensors, the receiver's to dispose. */
export async function* asTensors(
  batches: AsyncGenerator<HostArrays, void, void>,
): AsyncGenerator<Prediction, void, void> {
  for await (const outputs of batches) {
    yield prediction(
      Object.fromEntries(Object.entries(outputs).map(([name, array]) => [name, toTensor(array, true)])),
    );
  }
}

function prediction(outputs: Record<string, tf.Tensor>): Prediction {
  const all = Object.values(outputs);
  return all.length === 1 ? all[0]! : outputs;
}

function joined(list: readonly HostArray[]): tf.Tensor {
  const { shape, dtype } = list[0]!;
  const size = list.reduce((sum, { data }) => sum + data.length, 0);
  const data = dtype === 'float32' ? new Float32Array(size) : new Int32Array(size);
  let at = 0;
  let rows = 0;
  for (const array of list) {
    data.set(array.data, at);
    at += array.data.length;
    rows += array.shape[0]!;
  }
  return toTensor({ data, shape: [rows, ...shape.slice(1)], dtype });
}
