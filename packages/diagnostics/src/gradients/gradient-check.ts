import * as tf from '@tensorflow/tfjs-core';
import type {
  Executor,
  HostArray,
  HostArrays,
  Loss,
  ParameterSelector,
  TrainableModel,
} from '@espalier/core';
import { option, readOptions, selectParameters, stream } from '@espalier/core';
import { prepareTfjs } from '@espalier/core/internal';
import { GRADIENT, layerProgram } from '../engines/layer-program.js';
import { runOnEngine } from '../engines/run-on-engine.js';
import type { GivenBatch } from '../given-arrays.js';
import { indexOf } from '../index-of.js';
import { layerOf } from '../weights/layer-of.js';
import { withPattern } from './kinks.js';
import { numericGradient } from './numeric-gradient.js';
import type { Objective } from './objective.js';
import { batchObjective } from './objective.js';

/** Options of {@link gradientCheck}. */
export interface GradientCheckOptions {
  /** Which parameters. Default `all`. */
  readonly parameters?: ParameterSelector;
  /** Entries tried of each parameter: half of them those of the largest gradient, half drawn. Default 10. */
  readonly samples?: number;
  /** Relative error that is allowed beyond the uncertainty of the difference itself; > 0. Default 0.01. */
  readonly tolerance?: number;
  /** Fixes which entries are drawn, and the masks of dropout. Default 0. */
  readonly seed?: number;
  /** Whose gradients are checked, e.g. `compiled()`. Default: those of TensorFlow.js on the active backend, op by op. */
  readonly executor?: Executor;
}

/** What became of one entry: a `kink` and what is too `small` beside rounding are not judged. */
export type EntryVerdict = 'right' | 'wrong' | 'kink' | 'small';

/** One entry of a parameter. */
export interface CheckedEntry {
  readonly index: readonly number[];
  /** By back-propagation. */
  readonly analytic: number;
  /** By central differences. */
  readonly numeric: number;
  /** |analytic - numeric| / max(|analytic|, |numeric|); 0 where both are 0. */
  readonly relativeError: number;
  /** How far `numeric` may be off, in its own unit; null at a kink, where nobody knows. */
  readonly uncertainty: number | null;
  readonly step: number;
  readonly verdict: EntryVerdict;
}

/** One parameter. */
export interface CheckedParameter {
  readonly parameter: string;
  readonly layer: string;
  readonly shape: readonly number[];
  /** `undecided` where no entry could be judged. */
  readonly verdict: 'right' | 'wrong' | 'undecided';
  /** |a - n| / max(|a|, |n|) over all entries that were judged, as vectors; null where none was. */
  readonly relativeError: number | null;
  /** How many entries had which verdict. */
  readonly counts: Readonly<Record<EntryVerdict, number>>;
  /** All entries tried, those of the largest relative error first. */
  readonly entries: readonly CheckedEntry[];
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
 * The step is chosen for each entry: of four around `(float32 epsilon)^(1/3) x (size of the parameter)` the one of the least
 * uncertainty, extrapolated. Where every step crosses a corner (a ReLU at 0, a tie in a max pool) the entry is not judged, unless
 * both agree all the same; nor is one whose gradient drowns in the rounding of the loss. Smooth in pieces is enough elsewhere.
 *
 * Costs 8 forward passes for each entry, op by op on the active backend, which must be read synchronously: cpu, wasm, node.
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
 * @throws EspalierError `invalid-option`, `invalid-data`, `invalid-model`.
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
  const objective = batchObjective('gradient-check', model, loss, batch, values.seed);
  try {
    const shapes = Object.fromEntries(
      Object.entries(objective.parameters).map(([name, { shape }]) => [name, shape]),
    );
    const names = selectParameters(shapes, values.parameters, 'gradient-check');
    const gradients = values.executor
      ? await gradientsOn(values.executor, model, loss, batch, values.seed)
      : await objective.gradients();
    const parameters = names.map((name) => checkParameter(objective, name, gradients[name], values));
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

interface Settings {
  readonly samples: number;
  readonly tolerance: number;
  readonly seed: number;
}

function checkParameter(
  objective: Objective,
  name: string,
  gradient: HostArray | undefined,
  { samples, tolerance, seed }: Settings,
): CheckedParameter {
  const tensor = objective.parameters[name]!;
  const { shape } = tensor;
  const start = (tensor.dataSync() as Float32Array).slice();
  // A parameter that the objective does not depend on has the gradient 0.
  const analytic = gradient ? (gradient.data as Float32Array) : new Float32Array(start.length);
  const rms = Math.sqrt(start.reduce((sum, w) => sum + w * w, 0) / start.length);
  const entries = chosen(analytic, samples, `${name}`, seed).map((i): CheckedEntry => {
    const scale = Math.cbrt(2 ** -24) * Math.max(Math.abs(start[i]!), rms, 0.05);
    const found = numericGradient((change) => {
      const values = start.slice();
      values[i] = start[i]! + change;
      return tf.tidy(() => {
        const { result, pattern } = withPattern(() => objective.value({ [name]: tf.tensor(values, shape) }));
        return { value: result, pattern };
      });
    }, scale);
    const a = analytic[i]!;
    const difference = Math.abs(a - found.value);
    const size = Math.max(Math.abs(a), Math.abs(found.value));
    return {
      index: indexOf(i, shape),
      analytic: a,
      numeric: found.value,
      relativeError: size === 0 ? 0 : difference / size,
      uncertainty: found.kink ? null : found.uncertainty,
      step: found.step,
      verdict: verdictOf(difference, size, tolerance, found),
    };
  });
  return summary(name, shape, entries);
}

function verdictOf(
  difference: number,
  size: number,
  tolerance: number,
  { uncertainty, kink }: { readonly uncertainty: number; readonly kink: boolean },
): EntryVerdict {
  if (kink) return difference <= tolerance * size && size > 0 ? 'right' : 'kink';
  // A NaN is never right.
  if (!(difference <= tolerance * size + 2 * uncertainty)) return 'wrong';
  return size > 0 && size <= 4 * uncertainty ? 'small' : 'right';
}

/** Half the entries of the largest gradient, and as many drawn among the others. */
function chosen(gradient: ArrayLike<number>, samples: number, name: string, seed: number): number[] {
  const order = Array.from({ length: gradient.length }, (_, i) => i);
  if (order.length <= samples) return order;
  order.sort((a, b) => Math.abs(gradient[b]!) - Math.abs(gradient[a]!) || a - b);
  const largest = order.splice(0, Math.ceil(samples / 2));
  const draws = stream(seed, `gradient-check/${name}`, 0).uniforms(samples - largest.length);
  const drawn = Array.from(draws, (u) => order.splice(Math.floor(u * order.length), 1)[0]!);
  return [...largest, ...drawn];
}

function summary(name: string, shape: readonly number[], entries: CheckedEntry[]): CheckedParameter {
  const counts: Record<EntryVerdict, number> = { right: 0, wrong: 0, kink: 0, small: 0 };
  let [differences, analytic, numeric] = [0, 0, 0];
  for (const entry of entries) {
    counts[entry.verdict]++;
    if (entry.verdict !== 'right' && entry.verdict !== 'wrong') continue;
    differences += (entry.analytic - entry.numeric) ** 2;
    analytic += entry.analytic ** 2;
    numeric += entry.numeric ** 2;
  }
  const size = Math.sqrt(Math.max(analytic, numeric));
  const judged = counts.right + counts.wrong;
  return {
    parameter: name,
    layer: layerOf(name),
    shape: [...shape],
    verdict: counts.wrong > 0 ? 'wrong' : judged > 0 ? 'right' : 'undecided',
    relativeError: judged === 0 ? null : size === 0 ? 0 : Math.sqrt(differences) / size,
    counts,
    entries: entries.sort((a, b) => b.relativeError - a.relativeError),
  };
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
    return { verdict: 'undecided', sentence: `No entry of ${names} could be judged.${notJudged}` };
  }
  const largest = Math.max(...parameters.map(({ relativeError }) => relativeError ?? 0));
  const sentence =
    `The gradients of ${parameters.length === 1 ? parameters[0]!.parameter : `all ${parameters.length} parameters`} agree with ` +
    `differences within ${largest.toExponential(1)}.${notJudged}`;
  return { verdict: 'right', sentence };
}
