import * as tf from '@tensorflow/tfjs-core';
import type { Executor, HostArrays, Loss, ParameterSelector, TrainableModel } from '@espalier/core';
import { option, readOptions, selectParameters } from '@espalier/core';
import { prepareTfjs } from '@espalier/core/internal';
import { GRADIENT, layerProgram } from '../engines/layer-program.js';
import { runOnEngine } from '../engines/run-on-engine.js';
import type { GivenBatch } from '../given-arrays.js';
import { failData } from '../given-arrays.js';
import { type CheckedParameter, checkParameter, type EntryVerdict } from './check-parameter.js';
import type { Probed } from './numeric-gradient.js';
import type { Objective } from './objective.js';
import { batchObjective } from './objective.js';

/** Options of {@link gradientCheck}. */
export interface GradientCheckOptions {
  /** Which parameters. Default `all`. */
  readonly parameters?: ParameterSelector;
  /**
   * Entries tried of each parameter, one by one: half of them those of the largest gradient, half drawn; and groups that the others are
   * tried in. Default 10.
   */
  readonly samples?: number;
  /** Relative error that is allowed beyond the uncertainty of the difference itself; > 0. Default 0.01. */
  readonly tolerance?: number;
  /** Fixes which entries are drawn, and the masks of dropout. Default 0. */
  readonly seed?: number;
  /** Whose gradients are checked, e.g. `compiled()`. Default: those of TensorFlow.js on the active backend, op by op. */
  readonly executor?: Executor;
}

/** What {@link gradientCheck} found. */
export interface GradientCheck {
  readonly verdict: 'right' | 'wrong' | 'undecided';
  /** The same in one plain sentence. */
  readonly sentence: string;
  readonly parameters: readonly CheckedParameter[];
}

/**
 * Checks gradients by back-propagation against central differences of the objective: the mean loss over a batch and the model's own
 * penalties, training on, dropout with one mask.
 *
 * Some entries of each parameter are tried one by one; all others in as many groups, whose entries move together, up or down at random
 * such that by back-propagation nothing changes: where the objective does, one that is wrong is looked for by halves. An error of one
 * entry alone shows from the parameter's `resolution` on, as the sentence says; more `samples` make it smaller.
 *
 * The step is chosen for each entry: of four around `(float32 epsilon)^(1/3) x (size of the parameter)` the one of the least
 * uncertainty, extrapolated; larger ones where the gradient drowns in the rounding of the loss. Where every step crosses a corner (a
 * ReLU at 0, a tie in a max pool) that may matter, the entry is not judged, unless both agree all the same; nor is one that drowns in
 * rounding at every step.
 *
 * Costs 8 forward passes for each entry and each group, up to 16 where it drowns, op by op on the active backend, which must be read
 * synchronously: cpu, wasm, node.
 *
 * @param model Its weights are looked at, and stay what they are.
 * @param loss One loss, or one for each output by name.
 * @param batch `{ inputs, targets, weights? }`: tensors or arrays `[N, ...]`; a few examples are enough.
 * @param options.parameters Default `all`; e.g. `['hidden_1/kernel']`, one named layer.
 * @param options.samples Default 10.
 * @param options.tolerance Default 0.01.
 * @param options.seed Default 0.
 * @param options.executor Default: op by op. The differences are taken op by op in any case.
 * @returns A plain record: a verdict, and for each parameter its relative error and its worst entries.
 * @throws EspalierError `invalid-option`, `invalid-model`; `invalid-data` for a batch that means nothing, a loss that is not finite, and
 *   one that is another each time.
 * @example
 * ```ts
 * const { verdict, sentence } = await gradientCheck(model, loss, batch, { parameters: ['hidden_1/kernel'] });
 * console.log(verdict, sentence);
 * ```
 */
export async function gradientCheck(
  model: TrainableModel,
  loss: Loss | Readonly<Record<string, Loss>>,
  batch: GivenBatch,
  options: GradientCheckOptions = {},
): Promise<GradientCheck> {
  const { values } = readOptions('gradient-check', options, {
    parameters: option.parameters({ default: 'all' }),
    samples: option.integer({ min: 1, default: 10 }),
    tolerance: option.number({ min: 0, exclusiveMin: true, default: 0.01 }),
    seed: option.seed({ default: 0 }),
    executor: option.custom<Executor, { readonly optional: true }>({
      optional: true,
      expected: 'an executor, such as compiled()',
      accepts: (value) => typeof (value as Partial<Executor> | null)?.start === 'function',
      toJson: ({ name }) => name,
    }),
  });
  prepareTfjs();
  await tf.ready();
  const objective = await batchObjective('gradient-check', model, loss, batch, values.seed);
  try {
    const shapes = Object.fromEntries(
      Object.entries(objective.parameters).map(([name, { shape }]) => [name, shape]),
    );
    const names = selectParameters(shapes, values.parameters, 'gradient-check');
    const gradients = values.executor
      ? await gradientsOn(values.executor, model, loss, batch, values.seed)
      : await objective.gradients();
    const here = steadyLoss(objective);
    const parameters = names.map((name) => checkParameter(objective, here, name, gradients[name], values));
    return { ...judge(parameters), parameters };
  } finally {
    objective.dispose();
  }
}

/** Gradients of the same objective, as an executor computes them. */
async function gradientsOn(
  executor: Executor,
  model: TrainableModel,
  loss: Loss | Readonly<Record<string, Loss>>,
  batch: GivenBatch,
  seed: number,
): Promise<HostArrays> {
  const program = await layerProgram('gradient-check', model, loss, batch, true);
  const { outputs } = await runOnEngine(executor, program, seed);
  const own = Object.entries(outputs).filter(([name]) => name.startsWith(GRADIENT));
  return Object.fromEntries(own.map(([name, array]) => [name.slice(GRADIENT.length), array]));
}

/** @throws EspalierError `invalid-data` where no difference of the loss can mean anything. */
function steadyLoss(objective: Objective): Probed {
  const here = objective.probe({});
  const again = objective.probe({});
  if (!Number.isFinite(here.value))
    failData(
      'gradient-check',
      `the loss is ${here.value}, which has no gradient to check; with detectAnomaly() a run says which op it comes from.`,
    );
  if (Math.abs(here.value - again.value) > 1e-5 * Math.abs(here.value))
    failData(
      'gradient-check',
      `the loss is ${here.value}, then ${again.value} with the same weights: the model or the loss draws random numbers that no ` +
        `seed reaches. Draw them through currentStep().random, or take them out.`,
    );
  return here;
}

function judge(parameters: readonly CheckedParameter[]): Pick<GradientCheck, 'verdict' | 'sentence'> {
  const wrong = parameters.filter(({ verdict }) => verdict === 'wrong');
  const undecided = parameters.filter(({ verdict }) => verdict === 'undecided');
  const total = (verdict: EntryVerdict): number =>
    parameters.reduce((sum, { counts }) => sum + counts[verdict], 0);
  const aside = [
    total('kink') > 0 ? `${total('kink')} entries lie at a kink (a ReLU at 0, a tie of a maximum)` : '',
    total('small') > 0 ? `${total('small')} are too small beside the rounding of the loss` : '',
  ].filter(Boolean);
  const notJudged = aside.length > 0 ? ` Not judged: ${aside.join('; ')}.` : '';
  if (wrong.length > 0) {
    const worst = wrong[0]!;
    const entry = worst.entries.find(({ verdict }) => verdict === 'wrong')!;
    const sentence =
      `The gradient of ${wrong.map(({ parameter }) => parameter).join(', ')} is wrong: ${worst.parameter}[${entry.index}] has ` +
      `${entry.analytic.toPrecision(4)} by back-propagation and ${entry.numeric.toPrecision(4)} by differences.${notJudged}`;
    return { verdict: 'wrong', sentence };
  }
  if (undecided.length > 0) {
    const names = undecided.map(({ parameter }) => parameter).join(', ');
    const others =
      parameters.length > undecided.length ? ' The gradients of the others agree with differences.' : '';
    return { verdict: 'undecided', sentence: `No entry of ${names} could be judged.${others}${notJudged}` };
  }
  const largest = Math.max(...parameters.map(({ relativeError }) => relativeError ?? 0));
  const sentence =
    `The gradients of ${parameters.length === 1 ? parameters[0]!.parameter : `all ${parameters.length} parameters`} agree with ` +
    `differences within ${largest.toExponential(1)}. ${resolutionOf(parameters)}${notJudged}`;
  return { verdict: 'right', sentence };
}

/** How small an error may be and still show, where it takes the largest one. */
function resolutionOf(parameters: readonly CheckedParameter[]): string {
  const shareOf = ({ resolution, gradientSize }: CheckedParameter): number =>
    resolution === 0 ? 0 : (resolution ?? Infinity) / gradientSize;
  const worst = parameters.reduce((a, b) => (shareOf(b) > shareOf(a) ? b : a));
  if (worst.resolution === null) return `In ${worst.parameter} an error of one entry alone may not show.`;
  const share = shareOf(worst);
  const beside = Number.isFinite(share)
    ? `, ${+share.toPrecision(2)} of its gradient's root mean square`
    : '';
  return `An error of one entry alone shows from ${worst.resolution.toExponential(1)} on in ${worst.parameter}${beside}.`;
}
