import * as tf from '@tensorflow/tfjs-core';
import { Activation } from './activation.js';
import { AlphaDropout } from './alpha-dropout.js';
import { BatchNormalization } from './batch-normalization.js';
import { Dropout } from './dropout.js';
import { GaussianDropout } from './gaussian-dropout.js';
import { GaussianNoise } from './gaussian-noise.js';
import { GroupNormalization } from './group-normalization.js';
import { IntegerLookup } from './integer-lookup.js';
import { MultiHeadAttention } from './multi-head-attention.js';
import { Normalization } from './normalization.js';
import { RandomRelu } from './random-relu.js';
import { RmsNormalization } from './rms-normalization.js';
import { SpectralNormalization } from './spectral-normalization.js';
import { StochasticDepth } from './stochastic-depth.js';
import { WeightNormalization } from './weight-normalization.js';
import { SpatialDropout } from './spatial-dropout.js';
import { UnitNormalization } from './unit-normalization.js';
import { registerInitializers } from './initializers.js';

const LAYERS: readonly tf.serialization.SerializableConstructor<tf.serialization.Serializable>[] = [
  Activation,
  AlphaDropout,
  BatchNormalization,
  Dropout,
  GaussianDropout,
  GaussianNoise,
  GroupNormalization,
  IntegerLookup,
  MultiHeadAttention,
  Normalization,
  RandomRelu,
  RmsNormalization,
  SpatialDropout,
  SpectralNormalization,
  StochasticDepth,
  WeightNormalization,
  UnitNormalization,
] as never;

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
  for (const layer of LAYERS) tf.serialization.registerClass(layer);
  registerInitializers();
}
