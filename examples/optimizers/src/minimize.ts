import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer, Tensors } from '@espalier/core';
import { stepScalars } from '@espalier/optimizers';

/** A function of named tensors to be minimised. */
export type Objective = (parameters: Tensors) => tf.Scalar;

/** Minimises in a hand-written loop, and gives the value before each step and after the last. */
export function minimize(
  optimizer: Optimizer,
  objective: Objective,
  start: Tensors,
  steps: number,
): number[] {
  return tf.tidy(() => {
    const names = Object.keys(start);
    const named = (tensors: readonly tf.Tensor[]): Tensors =>
      Object.fromEntries(names.map((name, i) => [name, tensors[i]!]));
    const gradientsOf = tf.valueAndGrads((...tensors: tf.Tensor[]) => objective(named(tensors)));
    const values: number[] = [];
    let parameters = start;
    let slots = optimizer.init(parameters);
    for (let step = 0; step < steps; step++) {
      // The state is all that one step hands to the next: everything else of the step is tidied away.
      const next = tf.tidy(() => {
        const { value, grads } = gradientsOf(names.map((name) => parameters[name]!));
        values.push(value.dataSync()[0]!);
        const scalars = stepScalars(optimizer, { step, epoch: 0, stepsPerEpoch: steps });
        return optimizer.update(named(grads), slots, parameters, scalars);
      });
      tf.dispose([slots, step > 0 ? parameters : {}]);
      ({ parameters, slots } = next);
    }
    values.push(objective(parameters).dataSync()[0]!);
    return values;
  });
}
