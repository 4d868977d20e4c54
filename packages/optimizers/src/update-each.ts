import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer, Tensors } from '@espalier/core';
import { EspalierError } from '@espalier/core';

/** What an optimizer does with one parameter: the next parameter, and its next slots by slot name. */
export type UpdateRule = (
  gradient: Tensor,
  parameter: Tensor,
  slots: Readonly<Record<string, Tensor>>,
) => { readonly parameter: Tensor; readonly slots: Readonly<Record<string, Tensor | undefined>> };

/** Slots of zeros, one of each of `slotNames` for each parameter, keyed `<slot>/<parameter>`. */
export function zeroSlots(slotNames: readonly string[], parameters: Tensors): Tensors {
  const slots: Record<string, Tensor> = {};
  for (const slot of slotNames) {
    for (const [name, parameter] of Object.entries(parameters))
      slots[`${slot}/${name}`] = tf.zerosLike(parameter);
  }
  return slots;
}

/**
 * Applies a rule to every parameter that has a gradient; the others pass through, as do their slots.
 *
 * Each parameter gets its own tidy, so that at most one parameter's intermediate tensors are alive at a time.
 *
 * @throws EspalierError `invalid-model` where a parameter has a gradient but no slots.
 */
export function updateEach(
  scope: string,
  slotNames: readonly string[],
  { gradients, slots, parameters }: Record<'gradients' | 'slots' | 'parameters', Tensors>,
  rule: UpdateRule,
): ReturnType<Optimizer['update']> {
  const nextParameters: Record<string, Tensor> = { ...parameters };
  const nextSlots: Record<string, Tensor> = { ...slots };
  for (const [name, parameter] of Object.entries(parameters)) {
    const gradient = gradients[name];
    if (!gradient) continue;
    const own: Record<string, Tensor> = {};
    for (const slot of slotNames) own[slot] = slots[`${slot}/${name}`] ?? missingSlot(scope, slot, name);
    const next = tf.tidy(() => rule(gradient, parameter, own));
    nextParameters[name] = next.parameter;
    for (const slot of slotNames) nextSlots[`${slot}/${name}`] = next.slots[slot]!;
  }
  return { parameters: nextParameters, slots: nextSlots };
}

function missingSlot(scope: string, slot: string, name: string): never {
  throw new EspalierError({
    code: 'invalid-model',
    scope,
    message: `parameter '${name}' has a gradient but no slot '${slot}/${name}'; call init with every trainable parameter.`,
  });
}
