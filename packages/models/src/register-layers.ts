import * as tf from '@tensorflow/tfjs-core';
import { BatchNormalization } from './batch-normalization.js';
import { Dropout } from './dropout.js';
import { registerInitializers } from './initializers.js';

/**
 * Makes this package's layers and initializers known to TensorFlow.js, so that `tfl.loadLayersModel` and
 * `tfl.models.modelFromJSON` can read models which use them. Only for a program that reads a model and makes none itself:
 * a bundler drops classes that nothing mentions. Calling it again is harmless.
 *
 * @example
 * ```ts
 * registerLayers();
 * const trained = await tfl.loadLayersModel('indexeddb://digits');
 * ```
 */
export function registerLayers(): void {
  tf.serialization.registerClass(Dropout);
  tf.serialization.registerClass(BatchNormalization);
  registerInitializers();
}
