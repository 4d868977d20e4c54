import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '@espalier/core';
import { EspalierError } from '@espalier/core';

/** Numbers that all parameters of an optimizer share, as slots `<slot>/<first parameter>`, and what they start from. */
export function sharedSlots(first: Readonly<Record<string, number>>, parameters: Tensors): Tensors {
  const [owner] = Object.keys(parameters);
  if (owner === undefined) return {};
  return Object.fromEntries(
    Object.entries(first).map(([slot, value]) => [`${slot}/${owner}`, tf.scalar(value)]),
  );
}

/**
 * The slot that holds a shared number.
 *
 * @throws EspalierError `invalid-model` where no parameter has it.
 */
export function sharedSlot(slot: string, slots: Tensors, parameters: Tensors, optimizer: string): string {
  const owner = Object.keys(parameters).find((name) => slots[`${slot}/${name}`]);
  if (owner !== undefined) return `${slot}/${owner}`;
  throw new EspalierError({
    code: 'invalid-model',
    scope: optimizer,
    message: `no parameter has the slot '${slot}', which all share; call init with every trainable parameter.`,
  });
}

/** The sum of all elements of all tensors. */
export function sumOfAll(tensors: readonly Tensor[]): Scalar {
  const sums = tensors.map((tensor) => tf.sum<Scalar>(tensor));
  return sums.length === 1 ? sums[0]! : (tf.addN(sums) as Scalar);
}
