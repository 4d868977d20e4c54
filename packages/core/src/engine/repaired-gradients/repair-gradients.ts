import * as tf from '@tensorflow/tfjs-core';
// Registers the stock gradients: later than ours, it would undo them.
import '@tensorflow/tfjs-layers';
import { broadcastingGradients } from './broadcasting.js';
import { mirrorPadGradient } from './mirror-pad.js';

const key = Symbol.for('espalier.repaired-gradients');
const shared = globalThis as { [key]?: true };

/**
 * Puts right the gradients that TensorFlow.js has wrong or unfinished on every backend, once a process: mirrored padding
 * forgets its copies; maximum, minimum, squared difference and batched products throw where an operand is broadcast.
 */
export function repairGradients(): void {
  if (shared[key]) return;
  shared[key] = true;
  for (const gradient of [mirrorPadGradient, ...broadcastingGradients()]) {
    tf.unregisterGradient(gradient.kernelName);
    tf.registerGradient(gradient);
  }
}
