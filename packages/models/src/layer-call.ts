import type { Tensor } from '@tensorflow/tfjs-core';
import { currentStep } from '@espalier/core';

/** The one tensor that a layer with one input is called with. */
export function onlyTensor(inputs: Tensor | Tensor[]): Tensor {
  return Array.isArray(inputs) ? inputs[0]! : inputs;
}

/** Whether a layer is called in training. */
export function isTraining(kwargs: Readonly<Record<string, unknown>> | undefined): boolean {
  return Boolean(kwargs?.['training'] ?? currentStep()?.training);
}
