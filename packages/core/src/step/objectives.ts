import type { Loss } from './loss.js';
import type { Metric } from './metric.js';
import type { Direction } from '../run/run.js';
import type { BoundModel } from '../model/bound-model.js';
import {
  checkLossWeights,
  checkNames,
  listNames,
  lossesByOutput,
  metricsByOutput,
  namesOf,
  ownNames,
} from './check-objectives.js';
import type { PerOutput } from './check-objectives.js';
import { ownEntry } from '../own-entry.js';
import type { OutputInfo } from './output-info.js';
import type { OutputObjective } from './output-objective.js';

/**
 * Loss, weight and metrics of each output that has a loss.
 *
 * @throws EspalierError `invalid-option`, `duplicate-name`, or `invalid-model` where a loss or metric cannot mean anything for the
 *   output that it is given to.
 */
export function resolveObjectives(
  model: BoundModel,
  loss: PerOutput<Loss>,
  lossWeights: Readonly<Record<string, number>>,
  metrics: PerOutput<readonly Metric[]>,
): readonly OutputObjective[] {
  const known = model.outputShapes ? Object.keys(model.outputShapes) : undefined;
  const losses = lossesByOutput(loss, known);
  const outputs = Object.keys(losses);
  const byOutput = metricsByOutput(metrics, outputs, known);
  checkLossWeights(lossWeights, outputs);
  const objectives = outputs.map((output) => ({
    output,
    loss: losses[output]!,
    lossWeight: ownEntry(lossWeights, output) ?? 1,
    metrics: ownEntry(byOutput, output) ?? [],
  }));
  checkNames(objectives);
  for (const { output, loss, metrics } of objectives) {
    const info: OutputInfo = {
      name: output,
      shape: model.outputShapes?.[output],
      activation: model.outputActivations?.[output],
      targetKind: loss.targetKind,
    };
    for (const part of [loss, ...metrics]) part.checkOutput?.(info);
  }
  return objectives;
}

/** The numbers that an epoch's logs will have. */
export function metricNames(
  objectives: readonly OutputObjective[],
  options: { readonly penalties: boolean; readonly validation: boolean; readonly logged: readonly string[] },
): string[] {
  const several = objectives.length > 1;
  const all = (from: readonly OutputObjective[]): string[] => [
    'loss',
    ...from.flatMap((objective) => ownNames(objective, several)),
    ...(options.penalties ? ['penalty'] : []),
  ];
  // What keeps rows is measured at evaluations alone.
  const own = all(
    objectives.map((objective) => ({
      ...objective,
      metrics: objective.metrics.filter(({ rows }) => rows === undefined),
    })),
  );
  const validation = options.validation ? all(objectives).map((name) => `val_${name}`) : [];
  return [...own, ...validation, 'learning_rate', ...options.logged];
}

/** What an evaluation has beside numbers. */
export function listNamesOf(objectives: readonly OutputObjective[]): string[] {
  return objectives.flatMap((objective) => listNames(objective, objectives.length > 1));
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
    const metric = metrics.find((one) =>
      namesOf(one).some((own) => plain === (several ? `${output}_${own}` : own)),
    );
    if (metric) return metric.better;
  }
  return undefined;
}
