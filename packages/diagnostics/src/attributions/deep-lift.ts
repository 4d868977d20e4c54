import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { option, readOptions } from '@espalier/core';
import type { TapeRule } from '@espalier/core/internal';
import type { GivenArrays } from '../given-arrays.js';
import { examplesOf } from '../given-arrays.js';
import type { Baseline } from './baseline.js';
import { BASELINE_RULE, baselineOf, gapsOf } from './baseline.js';
import type { IntegratedGradients } from './integrated-gradients.js';
import { operand, withPathRules } from './path-rules.js';
import { mapped } from './saliency.js';
import type { AttributionOptions } from './score.js';
import { attribute, ATTRIBUTION_RULES, scorer } from './score.js';

/** Options of {@link deepLift}. */
export interface DeepLiftOptions extends AttributionOptions {
  /** What the inputs are compared with: one number for all entries, or arrays `[1, ...]` or `[N, ...]` by input name. Default 0. */
  readonly baseline?: Baseline;
  /** How far the sum may be from what it should be, as a share of it; > 0. Default 0.01. */
  readonly tolerance?: number;
}

/**
 * DeepLIFT: what each entry of the inputs adds to the output beside a baseline, by the rescale rule, in one forward and backward pass. An
 * activation passes on the slope between what it gives for the baseline and for the input, where a gradient would be 0 or hide a step.
 *
 * ```text
 * m = (f(x) - f(b)) / (x - b) at each activation,  m = f'(x) where |x - b| < 1e-6
 * attribution = (x - b) times the product of weights and m along all paths;  their sum = score(x) - score(b)
 * ```
 *
 * @param model Of linear layers, activations of one number, batch normalisation and pooling. Explain logits, not a softmax.
 * @param inputs `[N, ...]`, see {@link saliency}.
 * @param options.baseline Default 0: black pixels.
 * @param options.tolerance Default 0.01.
 * @param options.targets Default: each example's largest output.
 * @param options.output Default: the first.
 * @returns As {@link integratedGradients}; `complete` says whether the attributions add up.
 * @throws EspalierError `invalid-model` for an op without a rule, such as softmax, gelu or a gate; as {@link integratedGradients}.
 * @example
 * ```ts
 * const layers = mlp({ inputs: 4, hidden: [8, 8], outputs: 3 });
 * const { values, complete } = await deepLift(layers, tf.randomUniform([10, 4]));
 * console.log(values, complete);
 * ```
 *
 * Shrikumar, Greenside, Kundaje, Learning important features through propagating activation differences, 2017. As captum's `DeepLift`.
 */
export async function deepLift(
  model: tfl.LayersModel,
  inputs: GivenArrays,
  options: DeepLiftOptions = {},
): Promise<IntegratedGradients> {
  const scope = 'deep-lift';
  const { baseline, tolerance, ...rest } = readOptions(scope, options, {
    ...ATTRIBUTION_RULES,
    baseline: BASELINE_RULE,
    tolerance: option.number({ min: 0, exclusiveMin: true, default: 0.01 }),
  }).values;
  const of = scorer(scope, model, inputs, rest);
  const { start, baselineScores } = await baselineOf(scope, of, baseline);
  try {
    const found = await attribute(of, () => {
      // Inputs and baselines go through the model together, so that each activation sees both.
      const both = mapped(of.inputs, (input, name) => tf.concat([input, start[name]!]));
      const examples = examplesOf(of.inputs);
      const twice = scorer(scope, model, both, { ...rest, targets: [...of.targets, ...of.targets] });
      try {
        const multipliers = withPathRules(scope, twice.inputs, RESCALE, () => twice.gradients(twice.inputs));
        return mapped(multipliers, (multiplier, name) =>
          tf.mul(firstRows(multiplier, examples), tf.sub(of.inputs[name]!, start[name]!)),
        );
      } finally {
        twice.dispose();
      }
    });
    return { ...found, baselineScores, ...gapsOf(found, baselineScores, tolerance) };
  } finally {
    tf.dispose(start);
  }
}

/** Differences below count as none: in float32 a quotient of smaller ones is rounding. */
const SMALL = 1e-6;

const firstRows = (tensor: tf.Tensor, rows: number): tf.Tensor =>
  tf.slice(tensor, 0, [rows, ...tensor.shape.slice(1)]);

/** Inputs, then baselines. */
const halves = (tensor: tf.Tensor): [tf.Tensor, tf.Tensor] =>
  tf.split(tensor, 2, 0) as [tf.Tensor, tf.Tensor];

const quotient = (over: tf.Tensor, difference: tf.Tensor, otherwise: tf.Tensor): tf.Tensor => {
  const small = tf.less(tf.abs(difference), SMALL);
  return tf.where(small, otherwise, tf.div(over, tf.where(small, tf.onesLike(difference), difference)));
};

const rescale: TapeRule = (dy, op, stock) => {
  const [name, operandTensor] = operand(op);
  return {
    [name]: () => {
      const [x, b] = halves(operandTensor);
      const [fx, fb] = halves(op.output);
      const [slope] = halves(dy);
      const [gradient] = halves(stock(dy)[name]!());
      const passed = quotient(tf.mul(slope, tf.sub(fx, fb)), tf.sub(x, b), gradient);
      return tf.concat([passed, passed]);
    },
  };
};

/** The largest of the inputs gets what is above the baseline's maximum, that of the baseline the rest. */
const rescalePool: TapeRule = (dy, op, stock) => {
  const [name, operandTensor] = Object.entries(op.inputs)[0]!;
  return {
    [name]: () => {
      const [x, b] = halves(operandTensor);
      const [fx, fb] = halves(op.output);
      const [slope] = halves(dy);
      const larger = tf.maximum(fx, fb);
      const parts = tf.concat([tf.mul(slope, tf.sub(larger, fb)), tf.mul(slope, tf.sub(fx, larger))]);
      const [own, other] = halves(stock(parts)[name]!());
      const [gradient] = halves(stock(dy)[name]!());
      const passed = quotient(tf.add(own, other), tf.sub(x, b), gradient);
      return tf.concat([passed, passed]);
    },
  };
};

const RESCALE = { elementwise: rescale, maxPool: rescalePool };
