import type * as tf from '@tensorflow/tfjs-core';
import type { HostArray, HostArrays, Tensors } from '../data/arrays.js';

/** The groups of a step's flat state; the second part of a name is the parameter's or plugin's. */
export const PARAMETERS = 'parameters/';
export const VARIABLES = 'variables/';
export const SLOTS = 'slots/';
export const PLUGINS = 'plugins/';
export const ACCUMULATED = 'accumulated/';

/** The sum of a step that says whether plugins accepted it: 0 where one did not. */
export const ACCEPTED = 'accepted';

/** Sums of a step: the penalties that depend on its batch, each the mean over the examples times their number. */
export const BATCH_PENALTY = 'batch-penalty/';

/** The entries of one group, without its prefix. */
export function takeGroup<T>(state: Readonly<Record<string, T>>, prefix: string): Record<string, T> {
  const group: Record<string, T> = {};
  for (const name of Object.keys(state)) {
    if (name.startsWith(prefix)) group[name.slice(prefix.length)] = state[name]!;
  }
  return group;
}

/** Entries with a prefix put before each name. */
export function putGroup<T>(prefix: string, group: Readonly<Record<string, T>>): Record<string, T> {
  const state: Record<string, T> = {};
  for (const name of Object.keys(group)) state[prefix + name] = group[name]!;
  return state;
}

/** A state between two steps: what batches of a step that was not finished have gathered is gone. */
export function withoutPartOfStep(state: HostArrays): HostArrays {
  const entries = Object.entries(state).map(([name, array]) => {
    const part = name.startsWith(ACCUMULATED);
    return [name, part ? { ...array, data: new Float32Array(array.data.length) } : array] as const;
  });
  return Object.fromEntries(entries);
}

/** All weights of the model in a state, trained or not, by their own names. */
export function weightsOf<T>(state: Readonly<Record<string, T>>): Record<string, T> {
  return { ...takeGroup(state, PARAMETERS), ...takeGroup(state, VARIABLES) };
}

/** Copies tensors to plain memory. */
export async function toHostArrays(tensors: Tensors): Promise<HostArrays> {
  const names = Object.keys(tensors);
  const arrays = await Promise.all(names.map((name) => toHostArray(tensors[name]!)));
  return Object.fromEntries(names.map((name, i) => [name, arrays[i]!]));
}

/** Copies one tensor to plain memory. */
export async function toHostArray(tensor: tf.Tensor): Promise<HostArray> {
  const data = await tensor.data<'float32' | 'int32' | 'bool'>();
  const dtype = tensor.dtype === 'float32' ? 'float32' : 'int32';
  return { data: data.slice(), shape: [...tensor.shape], dtype };
}
