import type * as tf from '@tensorflow/tfjs-core';
import type { Checkpoint, HostArray, HostArrays, RunRecord, Tensors } from '@espalier/core';

/** Arrays as whole numbers that differ where any bit does, NaN and -0 included; for `toEqual`. */
export type Bits = Readonly<Record<string, { readonly shape: readonly number[]; readonly bits: number[] }>>;

/** The bits of arrays in plain memory. */
export function bitsOf(arrays: HostArrays): Bits {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { data, shape }]) => [name, { shape: [...shape], bits: words(data) }]),
  );
}

/** The bits of tensors, read at once. */
export function tensorBits(tensors: Tensors): Bits {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [
      name,
      { shape: [...tensor.shape], bits: words(tensor.dataSync<'float32' | 'int32' | 'bool'>()) },
    ]),
  );
}

function words(data: HostArray['data']): number[] {
  return data instanceof Float32Array
    ? [...new Int32Array(data.buffer, data.byteOffset, data.length)]
    : [...data];
}

/** All that must be equal between runs that train alike: not the clock, what they are made of, or what the executor remarks. */
export function comparableRecord({
  seconds: _,
  executor: __,
  setup: ___,
  events,
  ...record
}: RunRecord): unknown {
  return { ...record, events: events.filter(({ source }) => source !== 'executor') };
}

/** The same of a checkpoint, its arrays as bits. */
export function comparableCheckpoint({
  seconds: _,
  setup: __,
  events,
  arrays,
  ...rest
}: Checkpoint): unknown {
  return {
    ...rest,
    events: events.filter(({ source }) => source !== 'executor'),
    arrays: bitsOf(arrays),
  };
}

/** Whether every value of every tensor is finite. */
export function allFinite(tensors: Readonly<Record<string, tf.Tensor>>): boolean {
  return Object.values(tensors).every((tensor) => tensor.dataSync().every(Number.isFinite));
}
