import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { Tensors } from '../data/arrays.js';
import { refuseOtherCopy } from '../engine/one-copy.js';
import { EspalierError } from '../errors.js';
import type { BoundModel } from './bound-model.js';
import { bindLayersModel } from './layers-model.js';
import { describe } from '../options.js';
import { checkAlive } from './weights-alive.js';
import type { StepContext } from '../step/step-context.js';

/**
 * A model without layers: named weights and a pure function.
 *
 * @example
 * ```ts
 * const line: FunctionalModel = {
 *   parameters: { 'w': tf.variable(tf.zeros([1, 1])), 'b': tf.variable(tf.zeros([1])) },
 *   forward: ({ input }, { w, b }) => tf.add(tf.matMul(input as tf.Tensor2D, w as tf.Tensor2D), b!),
 * };
 * ```
 */
export interface FunctionalModel {
  /** Trained. The variables hold the present values; the trainer writes them after each epoch and at the end. */
  readonly parameters: Readonly<Record<string, tf.Variable>>;
  /** Not trained by gradients, e.g. running averages; `forward` may return new values as `assigned`. */
  readonly variables?: Readonly<Record<string, tf.Variable>>;
  /** Shapes of the inputs, `null` for the batch; checked against the data where given. */
  readonly inputShapes?: Readonly<Record<string, readonly (number | null)[]>>;
  /** Shapes of the outputs likewise. Default: one output `output` of unknown shape. */
  readonly outputShapes?: Readonly<Record<string, readonly (number | null)[]>>;
  /**
   * A pure function: outputs from inputs and weights, nothing read back, drawn or kept.
   *
   * @param weights Parameters and variables by name.
   */
  forward(inputs: Tensors, weights: Tensors, step: StepContext): tf.Tensor | ForwardResult;
}

/** Several outputs, or new values of variables. */
export interface ForwardResult {
  readonly outputs: Tensors;
  readonly assigned?: Tensors;
}

/** What a trainer can train. */
export type TrainableModel = tfl.LayersModel | FunctionalModel;

/**
 * Puts a model behind the one face that steps are built on.
 *
 * @throws EspalierError `invalid-model` for anything else, `two-copies` for a model of another tfjs copy.
 */
export function bindModel(model: TrainableModel): BoundModel {
  if (model instanceof tfl.LayersModel) return bindLayersModel(model);
  if (typeof model === 'object' && model !== null) {
    refuseOtherCopy(model, 'trainer');
    if ('parameters' in model && typeof model.forward === 'function') return bindFunctional(model);
  }
  throw new EspalierError({
    code: 'invalid-model',
    scope: 'trainer',
    message: `model must be a tf.LayersModel, or an object with \`parameters\` and \`forward\`, got ${describe(model)}.`,
  });
}

function bindFunctional(model: FunctionalModel): BoundModel {
  for (const [name, variable] of Object.entries({ ...model.parameters, ...model.variables })) {
    if (!(variable instanceof tf.Variable)) {
      throw new EspalierError({
        code: 'invalid-model',
        scope: 'trainer',
        message: `parameter '${name}' of the model must be a tf.Variable: make it with tf.variable(initialValue).`,
      });
    }
  }
  return {
    inputShapes: model.inputShapes,
    outputShapes: model.outputShapes,
    weights() {
      const weights = { ...model.parameters, ...model.variables };
      checkAlive(Object.values(weights));
      return weights;
    },
    trainable: () => Object.keys(model.parameters),
    forward(inputs, weights, step) {
      const result = model.forward(inputs, weights, step);
      if (result instanceof tf.Tensor) return { outputs: { [onlyOutput(model)]: result }, assigned: {} };
      return { outputs: result.outputs, assigned: result.assigned ?? {} };
    },
  };
}

function onlyOutput(model: FunctionalModel): string {
  return Object.keys(model.outputShapes ?? {})[0] ?? 'output';
}
