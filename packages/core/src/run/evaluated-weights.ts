import * as tf from '@tensorflow/tfjs-core';
import type { HostArrays } from '../data/arrays.js';
import { toTensor } from '../data/to-tensor.js';
import { inStep } from '../engine/eager-executor.js';
import type { StepInputs } from '../engine/executor.js';
import { mapTensors } from '../step/gradients.js';
import { PARAMETERS, takeGroup, toHostArrays, weightsOf } from '../step/state.js';
import type { PluginDriver } from './plugin-driver.js';

/** The weights that validation uses of a step's state: those of training, unless a plugin has others. */
export async function evaluatedWeights(
  driver: PluginDriver,
  state: HostArrays,
  inputs: StepInputs,
): Promise<HostArrays> {
  const weights = weightsOf(state);
  if (!driver.has('evaluationParameters')) return weights;
  const { used } = inStep(false, inputs, undefined, (step) => {
    const tensors = Object.fromEntries(Object.entries(state).map(([name, array]) => [name, toTensor(array)]));
    const now = driver.evaluationParameters(takeGroup(tensors, PARAMETERS), tensors, step);
    return { used: mapTensors(now, (tensor) => tf.clone(tensor)) };
  });
  try {
    return { ...weights, ...(await toHostArrays(used)) };
  } finally {
    tf.dispose(used);
  }
}
