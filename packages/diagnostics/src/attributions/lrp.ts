import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { option, readOptions } from '@espalier/core';
import type { TapeRule } from '@espalier/core/internal';
import type { GivenArrays } from '../given-arrays.js';
import { operand, withPathRules } from './path-rules.js';
import { mapped } from './saliency.js';
import type { AttributionOptions, Attributions } from './score.js';
import { attribute, ATTRIBUTION_RULES, scorer } from './score.js';

/** Options of {@link lrp}. */
export interface LrpOptions extends AttributionOptions {
  /** Keeps the quotients finite, and takes relevance from units that hardly answer; > 0. Default 1e-6. */
  readonly epsilon?: number;
}

/**
 * Layer-wise relevance propagation, epsilon rule: the score is handed back layer by layer, to each unit in proportion to what it put in.
 *
 * ```text
 * R_i = sum over j of x_i w_ij / (z_j + epsilon sign z_j) R_j,  z_j = sum over i of x_i w_ij + b_j
 * ```
 *
 * The sum of the relevances is the score where no layer has a bias; biases keep their part. For a network of ReLUs and a small epsilon
 * it is {@link inputXGradient}. Epsilon is added where a layer ends in an activation.
 *
 * @param model Of linear layers, relu, leakyRelu, elu, selu or tanh, batch normalisation and pooling.
 * @param inputs `[N, ...]`, see {@link saliency}.
 * @param options.epsilon Default 1e-6.
 * @param options.targets Default: each example's largest output.
 * @param options.output Default: the first.
 * @throws EspalierError `invalid-model` for an op without a rule, such as softmax or a sigmoid, which answers to 0; as {@link saliency}.
 * @example
 * ```ts
 * const { values } = await lrp(mlp({ inputs: 4, hidden: [8, 8], outputs: 3 }), tf.randomUniform([10, 4]));
 * console.log(values);
 * ```
 *
 * Bach et al., On pixel-wise explanations, 2015. As captum's `LRP` with its `EpsilonRule`; in one backward pass as Ancona et al., Towards
 * better understanding of gradient-based attribution methods, 2018.
 */
export async function lrp(
  model: tfl.LayersModel,
  inputs: GivenArrays,
  options: LrpOptions = {},
): Promise<Attributions> {
  const scope = 'lrp';
  const { epsilon, ...rest } = readOptions(scope, options, {
    ...ATTRIBUTION_RULES,
    epsilon: option.number({ min: 0, exclusiveMin: true, default: 1e-6 }),
  }).values;
  const of = scorer(scope, model, inputs, rest);
  const share: TapeRule = (dy, op) => {
    const [name, z] = operand(op);
    const pushed = tf.where(tf.less(z, 0), tf.sub(z, epsilon), tf.add(z, epsilon));
    return { [name]: () => tf.mul(dy, tf.div(op.output, pushed)) };
  };
  const rules = {
    elementwise: share,
    maxPool: ((dy, _, stock) => stock(dy)) satisfies TapeRule,
    passes: (kernel: string) => THROUGH_ZERO.has(kernel),
  };
  return attribute(of, () => {
    const slopes = withPathRules(scope, of.inputs, rules, () => of.gradients(of.inputs));
    return mapped(slopes, (slope, name) => tf.mul(slope, of.inputs[name]!));
  });
}

/** Activations that give 0 for 0: of others, what they give for 0 came from nowhere. */
const THROUGH_ZERO = new Set('Relu Relu6 LeakyRelu Prelu Elu Selu Tanh'.split(' '));
