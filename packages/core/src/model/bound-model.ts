import type * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../data/arrays.js';
import type { InputLimit } from './input-limits.js';
import type { LayerInfo } from './observe-layers.js';
import type { ScalarOwner, StepContext } from '../step/step-context.js';

/** Any trainable model behind one face. */
export interface BoundModel {
  /** Unknown for functional models that do not say. */
  readonly inputShapes: Readonly<Record<string, readonly (number | null)[]>> | undefined;
  readonly outputShapes: Readonly<Record<string, readonly (number | null)[]>> | undefined;
  /** The activation that each output ends in, where it can be told. */
  readonly outputActivations?: Readonly<Record<string, string | undefined>>;
  /** Inputs whose values a layer looks up in a table. */
  readonly inputLimits?: Readonly<Record<string, InputLimit>>;
  /** The layers of a LayersModel and of the models in it; of a functional model there are none. */
  layers?(): readonly LayerInfo[];
  /** A hash of what each layer is told to compute, by layer. */
  settings?(): Readonly<Record<string, string>>;
  /** All weights by name, as they are now. */
  weights(): Readonly<Record<string, tf.Variable>>;
  /** Who declares numbers that vary by step: layers, as `layer/<name>`. */
  readonly scalarOwners?: readonly ScalarOwner[];
  /** Names of those that gradients train, as they are now. */
  trainable(): readonly string[];
  /** Layers that compute otherwise because they are frozen now, whether they have weights to train or not. */
  frozen?(): readonly string[];
  forward(inputs: Tensors, weights: Tensors, step: StepContext): BoundForward;
  /** Penalties that the model brings itself, e.g. a layer's `kernelRegularizer`. */
  penalty?(weights: Tensors): tf.Scalar;
  /** Constraints that the model brings itself, e.g. a layer's `kernelConstraint`. */
  constrain?(parameters: Tensors): Tensors;
}

/** Outputs by name, and new values of assigned weights. */
export interface BoundForward {
  readonly outputs: Tensors;
  readonly assigned: Tensors;
  /** `[N, T]` float32 by output, 1 for the steps of a sequence that count, where a layer masks the others. */
  readonly masks?: Tensors;
  /** Disposes what a tidy around the call does not. */
  release?(): void;
}
