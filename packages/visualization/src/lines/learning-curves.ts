import { checkOptions, EspalierError, option, readOptions } from '@espalier/core';
import type { Chart } from '../drawing/chart.js';
import { side } from '../drawing/check-chart.js';
import { drawableOrNull, extent } from '../drawing/domain.js';
import type { Line } from './line.js';
import { lineSpec } from './line-spec.js';
import { smoothed } from './smooth.js';
import { meanAndSpread, spreads, spreadText, type Spread } from '../seeds/spread.js';
import { cleanText, counted } from '../drawing/text.js';
import type { Place } from './thin-points.js';

/** The part of a run's record that is drawn: one object per epoch, `epoch` counted from 0, null or NaN for a gap. */
export interface RunHistory {
  readonly epochs: readonly EpochValues[];
}

/** The epoch's number and its metrics by name. */
export interface EpochValues {
  readonly epoch: number;
  readonly [metric: string]: number | null | undefined;
}

/** A run with the name it has in charts; or the same run with several seeds, drawn as mean and spread. */
export interface NamedRun {
  readonly name: string;
  /** One history, or one for each seed. */
  readonly history: RunHistory | readonly RunHistory[];
}

/** How {@link learningCurves} draws. */
export interface LearningCurvesOptions {
  /** Metrics to draw, without `val_`, in this order. Default: all that occur, `loss` and `accuracy` first. */
  readonly metrics?: readonly string[];
  /**
   * Metrics on a log axis. Default: `learning_rate` when it falls tenfold or more, others when all of their values are above 0 and one is
   * 10,000 times another, such as the loss of a run that diverged.
   */
  readonly logScale?: readonly string[];
  /** Of several runs `validation`, `training` or `both`, in charts of their own. Default: both. */
  readonly split?: 'validation' | 'training' | 'both';
  /** The band around the mean over seeds: `deviation` (one standard deviation to either side), `error` (one standard error of the mean) or `range` (smallest to largest). Default `deviation`. */
  readonly spread?: Spread;
  /** Weight of the past in a moving average, 0 to below 1, see {@link lineChart}. Default 0: none. */
  readonly smoothing?: number;
  /** Width of each plot in px. Default 480. */
  readonly width?: number;
  /** Height of each plot in px. Default 280. */
  readonly height?: number;
}

const validationPrefix = 'val_';

/**
 * Learning curves: a chart for each metric over the epochs, `x` = number of epochs trained (`epoch + 1`).
 *
 * Of one run a chart shows training and validation (`val_` metrics). Of several runs it shows one of the two, so that a
 * chart has a line for each run. Several seeds of a run are its mean with a band. Runs without a metric are left out of
 * its chart; where training begins to give no finite value, a cross marks the epoch.
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
  readOptions('learning-curves', options, rules);
  const named = checkRuns(runs);
  const known = knownMetrics(named);
  const { metrics = known, logScale, split = 'both', spread = 'deviation', smoothing = 0 } = options;
  for (const [option, list] of Object.entries({ metrics, logScale: logScale ?? [] })) {
    for (const metric of list) {
      if (!known.includes(metric)) {
        refuse(`${option} names '${metric}', which no run has; they have: ${known.join(', ')}.`);
      }
    }
  }
  const several = named.length > 1;
  return metrics.flatMap((metric) => {
    const keys = [validationPrefix + metric, metric];
    const wanted = keys.filter((_, i) => split === 'both' || (split === 'validation') === (i === 0));
    const groups = several ? wanted.map((key) => [key]) : [wanted.reverse()];
    return groups.flatMap((group) => {
      const curves = group.flatMap((key) =>
        named.flatMap((run) => curveOf(run, key, several ? run.name : splitOf(key), spread)),
      );
      if (curves.length === 0) return [];
      const lines = curves.map(({ line }) => ({ ...line, dashed: line.dashed && !several }));
      const log =
        logScale?.includes(metric) ??
        (metric === 'learning_rate' ? spansFactor(lines, 10) : allAbove0(lines) && spansFactor(lines, 1e4));
      const split = keys.filter((key) => named.some((run) => curveOf(run, key, '', spread).length > 0));
      const title =
        several && split.length > 1 ? `${metricTitle(metric)}, ${splitOf(group[0]!)}` : metricTitle(metric);
      return lineSpec(
        'learning-curves',
        {
          title,
          xLabel: 'Epoch',
          yLabel: metricTitle(metric),
          xScale: 'linear',
          yScale: log ? 'log' : 'linear',
          remarks: seedRemarks(curves, spread),
          ...(options.width === undefined ? {} : { width: options.width }),
          ...(options.height === undefined ? {} : { height: options.height }),
        },
        smoothed(lines, smoothing),
      );
    });
  });
}

const metricNames = () =>
  option.list<string, { optional: true; expected: string }>(option.text(), {
    optional: true,
    expected: 'an array of metric names',
  });

const rules = {
  metrics: metricNames(),
  logScale: metricNames(),
  split: option.oneOf(['validation', 'training', 'both'], { optional: true }),
  spread: option.oneOf(spreads, { optional: true }),
  smoothing: option.number({ min: 0, max: 1, exclusiveMax: true, optional: true }),
  width: side(),
  height: side(),
};

function splitOf(key: string): string {
  return key.startsWith(validationPrefix) ? 'validation' : 'training';
}

/** A line, how many seeds are behind it, and how many values of seeds had no number where others had. */
interface Curve {
  readonly line: Line;
  readonly seeds: number;
  readonly lost: number;
}

function curveOf(run: NamedRun, key: string, name: string, spread: Spread): Curve[] {
  const histories = historiesOf(run);
  const dashed = !key.startsWith(validationPrefix) && key !== 'learning_rate';
  const byEpoch = new Map<number, (number | null)[]>();
  for (const { epochs } of histories) {
    for (const values of epochs) {
      if (!(key in values)) continue;
      const list = byEpoch.get(values.epoch) ?? [];
      byEpoch.set(values.epoch, [...list, drawableOrNull(values[key])]);
    }
  }
  let lost = 0;
  const places = [...byEpoch]
    .sort(([a], [b]) => a - b)
    .map(([epoch, values]): Place => {
      const finite = values.filter((value) => value !== null);
      if (finite.length === 0) return { x: epoch + 1, y: null };
      lost += values.length - finite.length;
      if (histories.length === 1) return { x: epoch + 1, y: finite[0]! };
      return { x: epoch + 1, ...meanAndSpread(finite, spread) };
    });
  if (places.every((place) => place.y === null)) return [];
  return [{ line: { series: cleanText(name), dashed, kind: 'line', places }, seeds: histories.length, lost }];
}

function seedRemarks(curves: readonly Curve[], spread: Spread): string[] {
  const counts = [...new Set(curves.map(({ seeds }) => seeds))].filter((seeds) => seeds > 1);
  if (counts.length === 0) return [];
  const lost = curves.reduce((sum, curve) => sum + curve.lost, 0);
  return [
    `Mean over ${counts.join(' or ')} seeds, band: ${spreadText[spread]}`,
    ...(lost > 0 ? [`${counted(lost, 'value')} of single seeds not finite and left out of the means`] : []),
  ];
}

function historiesOf({ history }: NamedRun): readonly RunHistory[] {
  return Array.isArray(history) ? (history as readonly RunHistory[]) : [history as RunHistory];
}

function knownMetrics(runs: readonly NamedRun[]): string[] {
  const found = new Set<string>();
  for (const values of runs.flatMap(historiesOf).flatMap(({ epochs }) => epochs)) {
    for (const [key, value] of Object.entries(values)) {
      if (key !== 'epoch' && drawableOrNull(value) !== null) {
        found.add(key.startsWith(validationPrefix) ? key.slice(validationPrefix.length) : key);
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
    if (Array.isArray(run.history) && run.history.length === 0) refuse(`'${run.name}' has no history.`);
    for (const history of historiesOf(run)) {
      const epochs: unknown = history?.epochs;
      if (!Array.isArray(epochs)) check.fail(`history.epochs of '${run.name}'`, 'an array of epochs', epochs);
      for (const values of history.epochs) check.integer(`epoch of '${run.name}'`, values?.epoch, { min: 0 });
    }
  }
  if (knownMetrics(named).length === 0) refuse('no run has an epoch with a finite metric: train first.');
  return named;
}

/** Whether the largest of the values above 0 is so many times the smallest. */
const spansFactor = (lines: readonly Line[], factor: number): boolean => {
  const values = lines.flatMap((line) => line.places.flatMap(({ y }) => (y !== null && y > 0 ? [y] : [])));
  const [min, max] = extent(values) ?? [1, 1];
  return max >= factor * min;
};

const allAbove0 = (lines: readonly Line[]): boolean =>
  lines.every((line) => line.places.every(({ y }) => y === null || y > 0));

/** `learning_rate` as `Learning rate`. */
function metricTitle(metric: string): string {
  const words = cleanText(metric).replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function refuse(message: string): never {
  throw new EspalierError({ code: 'invalid-data', scope: 'learning-curves', message });
}
