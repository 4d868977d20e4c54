import type { ClassWeights } from './class-weights.js';
import type { Loss } from './loss.js';
import type { Metric } from './metric.js';
import type { Direction } from '../run/run.js';
import type { BoundModel } from '../model/bound-model.js';
import { fail } from '../errors.js';

/** The loss and metrics of one model output. */
export interface OutputObjective {
  readonly output: string;
  readonly loss: Loss;
  readonly lossWeight: number;
  readonly metrics: readonly Metric[];
  /** Weights of the examples in the loss, by class. */
  readonly classWeights?: ClassWeights;
}

/** One thing for the only output, or one for each output by name. */
export type PerOutput<T> = T | Readonly<Record<string, T>>;

/** Loss, weight and metrics of each output that has a loss. */
export function resolveObjectives(
  model: BoundModel,
  loss: PerOutput<Loss>,
  lossWeights: Readonly<Record<string, number>>,
  metrics: PerOutput<readonly Metric[]>,
): readonly OutputObjective[] {
  const known = model.outputShapes ? Object.keys(model.outputShapes) : undefined;
  const single = isLoss(loss);
  if (single && known && known.length > 1) {
    fail(
      'invalid-option',
      'trainer',
      `the model has outputs ${known.join(', ')}; give a loss for each: { ${known[0]}: ... }.`,
    );
  }
  const losses: Readonly<Record<string, Loss>> = single ? { [known?.[0] ?? 'output']: loss } : loss;
  const outputs = Object.keys(losses);
  const unknown = [...outputs, ...Object.keys(lossWeights)].find((name) => known && !known.includes(name));
  if (unknown !== undefined) {
    fail('invalid-option', 'trainer', `there is no output '${unknown}'; the model has ${known!.join(', ')}.`);
  }
  if (!single && outputs.length === 0)
    fail('invalid-option', 'trainer', 'no output has a loss; give at least one.');
  const byOutput = Array.isArray(metrics)
    ? { [outputs[0]!]: metrics as readonly Metric[] }
    : (metrics as Readonly<Record<string, readonly Metric[]>>);
  return outputs.map((output) => {
    const own = byOutput[output] ?? [];
    const names = own.map(({ name }) => name);
    const twice = names.find((name, i) => names.indexOf(name) !== i || name === 'loss');
    if (twice)
      fail(
        'duplicate-name',
        'trainer',
        `two metrics are called '${twice}'; give one of them another \`name\`.`,
      );
    return { output, loss: losses[output]!, lossWeight: lossWeights[output] ?? 1, metrics: own };
  });
}

function isLoss(loss: PerOutput<Loss>): loss is Loss {
  return typeof (loss as Loss).perExample === 'function';
}

/** The numbers that an epoch's logs will have. */
export function metricNames(
  objectives: readonly OutputObjective[],
  options: { readonly penalties: boolean; readonly validation: boolean; readonly logged: readonly string[] },
): string[] {
  const several = objectives.length > 1;
  const own = ['loss'];
  for (const { output, metrics } of objectives) {
    if (several) own.push(`${output}_loss`);
    own.push(...metrics.map(({ name }) => (several ? `${output}_${name}` : name)));
  }
  if (options.penalties) own.push('penalty');
  const validation = options.validation ? own.map((name) => `val_${name}`) : [];
  return [...own, ...validation, 'learning_rate', ...options.logged];
}

/** The words of a name as snake or camel case has them. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
}

const HIGHER_IS_BETTER = new Set(['accuracy', 'auc', 'precision', 'recall', 'f1', 'r2']);
const LOWER_IS_BETTER = new Set(['loss', 'penalty', 'error', 'mse', 'mae', 'rmse']);

/** Which values are better of a number that is known by its name alone, as in a hand-written loop. */
export function directionOfName(name: string): Direction | undefined {
  const words = wordsOf(name);
  const higher = words.some((word) => HIGHER_IS_BETTER.has(word));
  const lower = words.some((word) => LOWER_IS_BETTER.has(word));
  return higher === lower ? undefined : higher ? 'higher' : 'lower';
}

/** Which values are better of a number in the logs of a run: losses and penalties lower ones, a metric as it says. */
export function directionOf(objectives: readonly OutputObjective[], name: string): Direction | undefined {
  const plain = name.replace(/^val_/, '');
  if (plain === 'loss' || plain === 'penalty') return 'lower';
  const several = objectives.length > 1;
  for (const { output, metrics } of objectives) {
    if (several && plain === `${output}_loss`) return 'lower';
    const metric = metrics.find((one) => plain === (several ? `${output}_${one.name}` : one.name));
    if (metric) return metric.better;
  }
  return undefined;
}
