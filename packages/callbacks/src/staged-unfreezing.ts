import * as tf from '@tensorflow/tfjs-core';
import type { ParameterSelector, Plugin, Schedule, StepContext, Tensors } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { parameterSelection, plainJson } from '@espalier/core/internal';

/** Parameters that begin to learn later than others. */
export interface UnfreezingStage {
  readonly parameters: ParameterSelector;
  /** They are frozen before this epoch, or step, from 0. */
  readonly from: { readonly epoch: number } | { readonly step: number };
  /** From then on their changes are multiplied with this, > 0. Default 1. */
  readonly rate?: number;
}

/** Options of {@link stagedUnfreezing}. */
export interface StagedUnfreezingOptions {
  /** At least one. A parameter in several belongs to the first; those in none learn from the start. */
  readonly stages: readonly UnfreezingStage[];
  /** Default `staged-unfreezing`. */
  readonly name?: string;
}

/**
 * Freezes parameters for a while, as the early layers of a model that was trained before.
 *
 * While a parameter is frozen its gradient is zero for the optimizer, and whatever the optimizer (momentum, weight decay) and other
 * plugins do to it is undone: `w = w_before`. Afterwards `w = w_before + rate (w - w_before)`.
 *
 * Moving statistics of batch normalisation are no parameters, and go on moving. A step costs what it costs with everything learning;
 * where that matters, set `trainable = false` on layers and fit twice.
 *
 * Source: PyTorch Lightning's `BackboneFinetuning`, fastai's gradual unfreezing (J. Howard, S. Ruder, "Universal language model
 * fine-tuning for text classification", ACL 2018).
 *
 * @returns A plugin without state; list it after those that change gradients. Two kernels for each parameter of a stage a step.
 * @throws EspalierError `invalid-option`; at the first step where a selector selects nothing.
 * @example
 * ```ts
 * const unfreezing = stagedUnfreezing({
 *   stages: [
 *     { parameters: /^hidden_1/, from: { epoch: 4 }, rate: 0.1 },
 *     { parameters: /^hidden_2/, from: { epoch: 2 }, rate: 0.3 },
 *   ],
 * });
 * ```
 */
export function stagedUnfreezing(options: StagedUnfreezingOptions): Plugin<never, never> {
  const { values, config } = readOptions('staged-unfreezing', options, {
    stages: option.custom<readonly UnfreezingStage[]>({
      expected: 'a list of { parameters, from: { epoch } or { step }, rate? }',
      accepts: (value) => Array.isArray(value) && value.length > 0 && value.every((one) => isStage(one)),
      toJson: (stages) => stages.map((stage) => plainJson(stage)),
    }),
    name: option.text({ default: 'staged-unfreezing' }),
  });
  const { stages, name } = values;
  checkStages(stages);
  const selections = stages.map(({ parameters }) => parameterSelection(name, parameters));
  const scalars = Object.fromEntries(stages.map((stage, i) => [`rate-${i}`, rateOf(stage)]));

  const stageOf = (parameters: Tensors, parameter: string): number =>
    selections.findIndex((selected) => selected(parameters).has(parameter));
  const inStages = (
    tensors: Tensors,
    parameters: Tensors,
    step: StepContext,
    f: (tensor: tf.Tensor, rate: tf.Scalar, parameter: string) => tf.Tensor,
  ): Record<string, tf.Tensor> =>
    Object.fromEntries(
      Object.entries(tensors).map(([parameter, tensor]) => {
        const stage = stageOf(parameters, parameter);
        return [parameter, stage < 0 ? tensor : f(tensor, step.scalar(`rate-${stage}`), parameter)];
      }),
    );

  return {
    name,
    config,
    scalars,
    transformGradients: (gradients, parameters, step) =>
      inStages(gradients, parameters, step, (gradient, rate) =>
        // A gradient that is NaN is none while it is frozen.
        tf.where(tf.greater(rate, 0), gradient, tf.zerosLike(gradient)),
      ),
    transformParameters: (parameters, previous, step) =>
      inStages(parameters, previous, step, (tensor, rate, parameter) => {
        const before = previous[parameter]!;
        // Where the rate is 1, to the bit what it would be without.
        const learnt = tf.where(
          tf.equal(rate, 1),
          tensor,
          tf.add(before, tf.mul(tf.sub(tensor, before), rate)),
        );
        return tf.where(tf.greater(rate, 0), learnt, before);
      }),
  };
}

/** 0 while it is frozen. */
function rateOf({ from, rate = 1 }: UnfreezingStage): Schedule {
  return (at) => (('epoch' in from ? at.epoch >= from.epoch : at.step >= from.step) ? rate : 0);
}

function isStage(value: unknown): boolean {
  const { from, parameters, rate = 1, ...others } = (value ?? {}) as Partial<UnfreezingStage>;
  const names = typeof from === 'object' && from !== null ? Object.keys(from) : [];
  return (
    parameters !== undefined &&
    names.length === 1 &&
    ['epoch', 'step'].includes(names[0]!) &&
    typeof rate === 'number' &&
    Object.keys(others).length === 0
  );
}

function checkStages(stages: readonly UnfreezingStage[]): void {
  const check = checkOptions('staged-unfreezing');
  for (const [i, { parameters, from, rate }] of stages.entries()) {
    option.parameters().read(`stages[${i}].parameters`, parameters, check);
    for (const [unit, at] of Object.entries<number>(from))
      check.integer(`stages[${i}].from.${unit}`, at, { min: 0 });
    if (rate !== undefined) check.number(`stages[${i}].rate`, rate, { min: 0, exclusiveMin: true });
  }
}
