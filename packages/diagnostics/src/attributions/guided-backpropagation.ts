import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { EspalierError, readOptions } from '@espalier/core';
import type { GivenArrays } from '../given-arrays.js';
import type { AttributionOptions, Attributions } from './score.js';
import { attribute, ATTRIBUTION_RULES, scorer } from './score.js';

/**
 * Guided back-propagation: the gradient in the inputs, where each ReLU lets through only what raises the output. Sharper than
 * {@link saliency}; it shows what the inputs hold more than what the class hangs on.
 *
 * ```text
 * of a ReLU: d x = max(d y, 0) where x > 0, else 0
 * ```
 *
 * @param model With a layer that is or ends in a ReLU. Other activations keep their gradient.
 * @param inputs `[N, ...]`, see {@link saliency}.
 * @param options.targets Default: each example's largest output.
 * @param options.output Default: the first.
 * @throws EspalierError `invalid-model` where no layer has a ReLU; as {@link saliency}.
 * @example
 * ```ts
 * const pictures = tf.randomUniform([4, 28, 28, 1]);
 * const { values } = await guidedBackpropagation(cnn({ inputs: [28, 28, 1], outputs: 10 }), pictures);
 * console.log(Object.values(values)[0]!.shape);
 * ```
 *
 * Springenberg et al., Striving for simplicity, 2015. As captum's `GuidedBackprop`.
 */
export async function guidedBackpropagation(
  model: tfl.LayersModel,
  inputs: GivenArrays,
  options: AttributionOptions = {},
): Promise<Attributions> {
  const scope = 'guided-backpropagation';
  const of = scorer(scope, model, inputs, readOptions(scope, options, ATTRIBUTION_RULES).values);
  return attribute(of, () => {
    let seen = 0;
    const gradients = of.gradients(of.inputs, (_, output, { activation }) => {
      if (activation !== 'relu') return undefined;
      seen++;
      return guided(output);
    });
    if (seen === 0)
      throw new EspalierError({
        code: 'invalid-model',
        scope,
        message:
          'no layer of the model is a ReLU or ends in one: saliency gives the gradient of other models.',
      });
    return gradients;
  });
}

/** The same tensor, behind which falling parts of the gradient are dropped; the ReLU before it does the rest. */
const guided = (output: tf.Tensor): tf.Tensor =>
  tf.customGrad((x) => ({
    value: tf.clone(x as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => tf.relu(dy),
  }))(output);
