import { fail } from '../errors.js';
import { didYouMean } from '../nearest.js';
import { checkOptions, describe } from '../options.js';
import type { Loss } from './loss.js';
import type { Metric } from './metric.js';

/** One thing for the only output, or one for each output by name. */
export type PerOutput<T> = T | Readonly<Record<string, T>>;

type NamedMetric = Pick<Metric, 'name' | 'parts' | 'isList'>;

/** What an output is called, and its metrics. */
interface Named {
  readonly output: string;
  readonly metrics: readonly NamedMetric[];
}

/** Names in an epoch's logs that are not for metrics. */
const RESERVED = ['loss', 'penalty', 'epoch', 'learning_rate'];

const STOCK = 'those of TensorFlow.js (tf.losses, tf.metrics, names) give other numbers than training needs';

/** The losses by output. `known` are the model's outputs, where it says them. */
export function lossesByOutput(
  loss: PerOutput<Loss>,
  known: readonly string[] | undefined,
): Readonly<Record<string, Loss>> {
  if (isLoss(loss)) {
    if (known && known.length > 1)
      refuse(`the model has outputs ${known.join(', ')}; give a loss for each: { ${known[0]}: ... }.`);
    return { [known?.[0] ?? 'output']: loss };
  }
  if (typeof loss !== 'object' || loss === null || Array.isArray(loss)) return refuseLoss('loss', loss);
  const outputs = Object.keys(loss);
  if (outputs.length === 0) refuse('no output has a loss; give at least one.');
  for (const output of outputs) {
    checkOutputName('loss', output, known);
    if (!isLoss(loss[output])) refuseLoss(`loss.${output}`, loss[output]);
  }
  return loss;
}

/** The metrics by output; a list is that of the only output. */
export function metricsByOutput(
  metrics: PerOutput<readonly Metric[]>,
  outputs: readonly string[],
  known: readonly string[] | undefined,
): Readonly<Record<string, readonly Metric[]>> {
  if (Array.isArray(metrics)) {
    if (outputs.length > 1 && metrics.length > 0)
      refuse(
        `a list of metrics is that of the only output, and ${outputs.join(', ')} have a loss; ` +
          `give metrics by output: { ${outputs[0]}: [...] }.`,
      );
    metrics.forEach((metric, i) => checkMetric(`metrics[${i}]`, metric));
    return { [outputs[0]!]: metrics as readonly Metric[] };
  }
  const given: unknown = metrics;
  if (typeof given !== 'object' || given === null || isMetric(given)) {
    return refuse(
      `metrics must be a list, or lists by output, got ${named(given)}; write metrics: [accuracy()].`,
    );
  }
  for (const [output, list] of Object.entries(given)) {
    checkOutputName('metrics', output, known ?? outputs);
    if (!outputs.includes(output))
      refuse(`output '${output}' has metrics and no loss; give it a loss, or take its metrics away.`);
    if (!Array.isArray(list)) refuse(`metrics.${output} must be a list, got ${named(list)}.`);
    (list as unknown[]).forEach((metric, i) => checkMetric(`metrics.${output}[${i}]`, metric));
  }
  return given as Readonly<Record<string, readonly Metric[]>>;
}

/** @throws EspalierError `invalid-option` for a weight of an output without a loss, or one that is no number >= 0. */
export function checkLossWeights(
  weights: Readonly<Record<string, number>>,
  outputs: readonly string[],
): void {
  if (typeof weights !== 'object' || weights === null || Array.isArray(weights))
    refuse(`lossWeights must be numbers by output, got ${describe(weights)}.`);
  for (const [output, weight] of Object.entries(weights)) {
    checkOutputName('lossWeights', output, outputs);
    checkOptions('trainer').number(`lossWeights.${output}`, weight, { min: 0 });
  }
}

/** What a metric's numbers are called: one name, one for each part of a list, none where the list has no parts. */
export function namesOf({ name, parts, isList }: NamedMetric): string[] {
  if (parts) return parts.map((part) => `${name}_${part}`);
  return isList ? [] : [name];
}

/** What its lists are called. */
function listNameOf({ name, parts, isList }: NamedMetric): string[] {
  return parts || isList ? [name] : [];
}

/** What the numbers of an output are called in the logs. */
export function ownNames({ output, metrics }: Named, several: boolean): string[] {
  const names = metrics.flatMap(namesOf);
  return several ? [`${output}_loss`, ...names.map((name) => `${output}_${name}`)] : names;
}

/** What the lists and matrices of an output are called in evaluations. */
export function listNames({ output, metrics }: Named, several: boolean): string[] {
  const names = metrics.flatMap(listNameOf);
  return several ? names.map((name) => `${output}_${name}`) : names;
}

/** @throws EspalierError `duplicate-name` where a metric's name in the logs is somebody else's. */
export function checkNames(objectives: readonly Named[]): void {
  const several = objectives.length > 1;
  const names = objectives.flatMap((objective) => [
    ...ownNames(objective, several),
    ...listNames(objective, several),
  ]);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    fail(
      'duplicate-name',
      'trainer',
      `two metrics are called '${twice}'; give one of them another \`name\`.`,
    );
  }
  if (names.includes('__proto__'))
    fail(
      'invalid-option',
      'trainer',
      "a metric cannot be called '__proto__', which no record can hold; give it another `name`.",
    );
  const taken = names.find((name) => RESERVED.includes(name) || name.startsWith('val_'));
  if (taken === undefined) return;
  fail(
    'duplicate-name',
    'trainer',
    `a metric is called '${taken}' in the logs, which are to show ${RESERVED.join(', ')} and, with val_ before, the ` +
      'numbers of validation; give it, or the output, another name.',
  );
}

function checkOutputName(option: string, output: string, known: readonly string[] | undefined): void {
  if (!known || known.includes(output)) return;
  refuse(
    `${option}: there is no output '${output}'; the model has ${known.join(', ')}.${didYouMean(output, known)}`,
  );
}

function checkMetric(option: string, metric: unknown): void {
  if (isMetric(metric)) return;
  refuse(`${option} must be a metric of @espalier/metrics, e.g. accuracy(), got ${named(metric)}; ${STOCK}.`);
}

function refuseLoss(option: string, got: unknown): never {
  return refuse(
    `${option} must be a loss of @espalier/losses, e.g. meanSquaredError(), got ${named(got)}; ${STOCK}. ` +
      'A loss of your own is an object { name, perExample: (outputs, targets) => [N] }.',
  );
}

function named(value: unknown): string {
  if (typeof value === 'function')
    return value.name === '' ? 'a function without a name' : calledFor(value.name);
  if (isMetric(value)) return `the metric ${value.name} itself`;
  return describe(value);
}

/** A factory that was not called, unless it is an operation of TensorFlow.js, which are called `..._op`. */
const calledFor = (name: string): string =>
  `the function ${name}${/__op$/.test(name) ? '' : ` (if it makes one, call it: ${name}())`}`;

function isLoss(loss: unknown): loss is Loss {
  return typeof (loss as Partial<Loss> | null | undefined)?.perExample === 'function';
}

function isMetric(value: unknown): value is Metric {
  const { name, sums, result } = (value ?? {}) as Partial<Metric>;
  return (
    typeof name === 'string' && name !== '' && typeof sums === 'function' && typeof result === 'function'
  );
}

function refuse(message: string): never {
  return fail('invalid-option', 'trainer', message);
}
