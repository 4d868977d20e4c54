import { checkOptions, EspalierError } from '@espalier/core';
import type { Chart } from './chart.js';
import { checkChart } from './check-chart.js';
import { drawableOrNull } from './domain.js';
import { lineSpec, type Line } from './line-spec.js';
import { cleanText } from './text.js';

/** The part of a run's record that is drawn: one object per epoch, `epoch` counted from 0, null or NaN for a gap. */
export interface RunHistory {
  readonly epochs: readonly EpochValues[];
}

/** The epoch's number and its metrics by name. */
export interface EpochValues {
  readonly epoch: number;
  readonly [metric: string]: number | null | undefined;
}

/** A run with the name it has in legends. */
export interface NamedRun {
  readonly name: string;
  readonly history: RunHistory;
}

/** How {@link learningCurves} draws. */
export interface LearningCurvesOptions {
  /** Metrics to draw, without `val_`, in this order. Default: all that occur, `loss` and `accuracy` first. */
  readonly metrics?: readonly string[];
  /** Metrics on a log axis. Default: none, except that `learning_rate` is when it falls tenfold or more. */
  readonly logScale?: readonly string[];
  /** Width of each plot in px. Default 480. */
  readonly width?: number;
  /** Height of each plot in px. Default 280. */
  readonly height?: number;
}

const validationPrefix = 'val_';

/**
 * Learning curves: a chart for each metric over the epochs, `x` = number of epochs trained (`epoch + 1`).
 *
 * With several runs each has a colour, its training curve dashed and its validation curve (`val_` metrics) solid.
 * With one run training and validation have a colour each. Runs without a metric are left out of its chart.
 *
 * @param runs - the history of a run (`run.record` of the trainer fits), or several with their names
 * @returns one chart per metric
 * @throws EspalierError `invalid-option` for wrong options; `invalid-data` for no runs, two runs of one name, no
 * epochs, or a metric that no run has
 * @example
 * ```ts
 * import { learningCurves } from '@espalier/visualization';
 *
 * const epochs = [
 *   { epoch: 0, loss: 0.9, val_loss: 0.8 },
 *   { epoch: 1, loss: 0.5, val_loss: 0.6 },
 * ];
 * console.log(learningCurves({ epochs }).map((chart) => chart.title.text)); // [ 'Loss' ]
 * ```
 */
export function learningCurves(
  runs: RunHistory | readonly NamedRun[],
  options: LearningCurvesOptions = {},
): Chart[] {
  checkChart('learning-curves', { ...options, title: '' });
  const named = checkRuns(runs);
  const known = knownMetrics(named);
  const { metrics = known, logScale } = options;
  for (const [option, list] of Object.entries({ metrics, logScale: logScale ?? [] })) {
    if (!Array.isArray(list)) checkOptions('learning-curves').fail(option, 'an array of metric names', list);
    for (const metric of list) {
      if (!known.includes(metric)) {
        refuse(`${option} names '${metric}', which no run has; they have: ${known.join(', ')}.`);
      }
    }
  }
  return metrics.map((metric) => {
    const lines = named.flatMap((run) => linesOf(run, metric, named.length > 1));
    const log = logScale?.includes(metric) ?? (metric === 'learning_rate' && spansDecade(lines));
    return lineSpec(
      'learning-curves',
      {
        title: metricTitle(metric),
        xLabel: 'Epoch',
        yLabel: metricTitle(metric),
        xScale: 'linear',
        yScale: log ? 'log' : 'linear',
        ...(options.width === undefined ? {} : { width: options.width }),
        ...(options.height === undefined ? {} : { height: options.height }),
      },
      lines,
    );
  });
}

function linesOf({ name, history }: NamedRun, metric: string, several: boolean): Line[] {
  return [metric, validationPrefix + metric].flatMap((key): Line[] => {
    const places = history.epochs.flatMap((values) =>
      key in values ? [{ x: values.epoch + 1, y: drawableOrNull(values[key]) }] : [],
    );
    if (places.every((place) => place.y === null)) return [];
    const dashed = key === metric && metric !== 'learning_rate';
    const split = key === metric ? 'training' : 'validation';
    const named = several ? { series: cleanText(name), style: split } : { series: split };
    return [{ ...named, dashed, kind: 'line', places }];
  });
}

function knownMetrics(runs: readonly NamedRun[]): string[] {
  const found = new Set<string>();
  for (const { history } of runs) {
    for (const values of history.epochs) {
      for (const [key, value] of Object.entries(values)) {
        if (key !== 'epoch' && drawableOrNull(value) !== null) {
          found.add(key.startsWith(validationPrefix) ? key.slice(validationPrefix.length) : key);
        }
      }
    }
  }
  const first = ['loss', 'accuracy'].filter((metric) => found.delete(metric));
  const last = ['learning_rate'].filter((metric) => found.delete(metric));
  return [...first, ...found, ...last];
}

function checkRuns(runs: RunHistory | readonly NamedRun[]): readonly NamedRun[] {
  const check = checkOptions('learning-curves');
  if (typeof runs !== 'object' || runs === null) check.fail('runs', 'a history or an array of runs', runs);
  const named = Array.isArray(runs)
    ? (runs as readonly NamedRun[])
    : [{ name: 'run', history: runs as RunHistory }];
  if (named.length === 0) refuse('there are no runs: give at least one.');
  const names = new Set<string>();
  for (const [index, run] of named.entries()) {
    check.text(`runs[${index}].name`, run?.name);
    if (names.has(cleanText(run.name))) refuse(`two runs are named '${run.name}': names must differ.`);
    names.add(cleanText(run.name));
    const epochs: unknown = run.history?.epochs;
    if (!Array.isArray(epochs)) check.fail(`history.epochs of '${run.name}'`, 'an array of epochs', epochs);
    for (const values of run.history.epochs)
      check.integer(`epoch of '${run.name}'`, values?.epoch, { min: 0 });
  }
  if (knownMetrics(named).length === 0) refuse('no run has an epoch with a finite metric: train first.');
  return named;
}

const spansDecade = (lines: readonly Line[]): boolean => {
  const rates = lines.flatMap((line) => line.places.flatMap(({ y }) => (y !== null && y > 0 ? [y] : [])));
  return Math.max(...rates) >= 10 * Math.min(...rates);
};

/** `learning_rate` as `Learning rate`. */
function metricTitle(metric: string): string {
  const words = cleanText(metric).replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function refuse(message: string): never {
  throw new EspalierError({ code: 'invalid-data', scope: 'learning-curves', message });
}
