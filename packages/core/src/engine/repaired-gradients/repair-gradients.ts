import * as tf from '@tensorflow/tfjs-core';
// Registers the stock gradients: later than ours, it would undo them.
import '@tensorflow/tfjs-layers';
import { replaceGradient } from '../tfjs-internals.js';
import { batchNormGradient } from './batch-norm.js';
import { broadcastingGradients } from './broadcasting.js';
import { mirrorPadGradient } from './mirror-pad.js';

// The ESM and the CommonJS build of this package share TensorFlow.js' registries, so they share this too.
const key = Symbol.for('espalier.repaired-gradients');
const shared = globalThis as { [key]?: readonly tf.GradConfig[] };

/**
 * Replaces the gradients that TensorFlow.js has wrong, unfinished or slow on every backend: mirrored padding forgets its
 * copies; maximum, minimum, squared difference and batched products throw where an operand is broadcast; batch
 * normalisation tiles.
 *
 * May be called at any time. Where all of them are gone, a package that came later (tfjs-node, a second copy of
 * tfjs-layers) has registered the stock ones again, and they are replaced again. A single one is somebody's choice.
 */
export function repairGradients(): void {
  if (shared[key]?.some((config) => tf.getGradient(config.kernelName) === config)) return;
  const repaired = [mirrorPadGradient, batchNormGradient, ...broadcastingGradients()];
  for (const gradient of repaired) replaceGradient(gradient);
  shared[key] = repaired;
}
