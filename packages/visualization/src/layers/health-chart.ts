import { checkOptions, EspalierError, option } from '@espalier/core';
import type { Chart, ChartOptions } from '../drawing/chart.js';
import { checkChart, list, text, withTitle } from '../drawing/check-chart.js';
import { heatMap, manyCells } from '../maps/heat-map.js';
import { cutNames } from '../drawing/text-width.js';

/** Figures of one layer over one epoch, such as `@espalier/diagnostics`' `health` records. */
export interface LayerFigures {
  readonly layer: string;
  readonly gradientNorm?: number | null;
  readonly gradientShare?: number | null;
  readonly updateRatio?: number | null;
  readonly deadUnits?: number | null;
  readonly saturatedValues?: number | null;
}

/** Which figure is drawn. */
export type HealthFigure = Exclude<keyof LayerFigures, 'layer'>;

/** What {@link healthChart} draws. */
export interface HealthChartOptions extends Partial<ChartOptions> {
  /** One record an epoch, each with the same layers; at least one. */
  readonly epochs: readonly { readonly epoch: number; readonly layers: readonly LayerFigures[] }[];
  /** What is to be said of the layers: it stands beside the names of those that are ill. */
  readonly layers?: readonly {
    readonly layer: string;
    readonly verdict: string;
    readonly since: number | null;
  }[];
  /** Whether all layers are well, as in a report; not drawn. */
  readonly healthy?: boolean;
  /** The report in one sentence: shown below the title where there is no `subtitle`. */
  readonly sentence?: string;
  /** Default `gradientShare`. Gradients and updates are shown as powers of ten. */
  readonly figure?: HealthFigure;
}

const NAMES: Readonly<Record<HealthFigure, string>> = {
  gradientShare: 'gradient, share of the largest layer',
  gradientNorm: 'norm of the gradient',
  updateRatio: 'change by a step, share of the weights',
  deadUnits: 'share of dead units',
  saturatedValues: 'share of saturated values',
};

/** Room for a layer's name beside what it is ill of, in px. */
const NAME_WIDTH = 90;

/** Below this nothing is told apart: a gradient of 0 stands there. */
const LEAST_POWER = -12;

/**
 * The health of each layer over the epochs: a row for each layer, a column for each epoch. A gradient that vanishes on its way through
 * the network is a row that pales.
 *
 * Layers that do not have the figure are left out; values that are missing or not finite are grey.
 *
 * @param options - a report of `health()`, with what is to be drawn of it
 * @returns a Vega-Lite specification
 * @throws EspalierError `invalid-option`; `invalid-data` without an epoch, or where no layer has the figure
 * @example
 * ```ts
 * import { healthChart } from '@espalier/visualization';
 *
 * const layers = [{ layer: 'hidden', gradientShare: 1e-6 }, { layer: 'output', gradientShare: 1 }];
 * console.log(healthChart({ epochs: [{ epoch: 1, layers }] }).title.text); // Gradient flow
 * ```
 */
export function healthChart(options: HealthChartOptions): Chart {
  const figures = Object.keys(NAMES) as HealthFigure[];
  const { figure: given = 'gradientShare' } = (options ?? {}) as HealthChartOptions;
  const isGradient = given === 'gradientShare' || given === 'gradientNorm';
  const titled = withTitle(options, isGradient ? 'Gradient flow' : 'Health of the layers');
  checkChart('health-chart', titled, {
    epochs: list('an array of { epoch, layers }'),
    layers: option.custom<NonNullable<HealthChartOptions['layers']>, { readonly optional: true }>({
      optional: true,
      expected: 'an array of { layer, verdict, since }',
      accepts: Array.isArray,
      toJson: (verdicts) => verdicts.length,
    }),
    healthy: option.boolean({ optional: true }),
    sentence: text(),
    figure: option.oneOf(figures, { optional: true }),
  });
  const { epochs, layers: verdicts = [], figure = 'gradientShare', healthy: _, sentence, ...chart } = titled;
  if (epochs.length === 0) refuse('epochs is empty: there is nothing to draw.');
  epochs.forEach((one, i) => {
    if (!Array.isArray(one?.layers))
      checkOptions('health-chart').fail(`epochs[${i}]`, '{ epoch, layers }', one);
  });
  const names = [...new Set(epochs.flatMap(({ layers }) => layers.map(({ layer }) => layer)))];
  const of = (epoch: (typeof epochs)[number], layer: string): number =>
    epoch.layers.find((one) => one.layer === layer)?.[figure] ?? NaN;
  const drawn = names.filter((name) => epochs.some((epoch) => !Number.isNaN(of(epoch, name))));
  if (drawn.length === 0) refuse(`no layer has the figure '${figure}'.`);
  const isPower = figure !== 'deadUnits' && figure !== 'saturatedValues';
  const shown = (value: number): number => (isPower ? Math.max(LEAST_POWER, Math.log10(value)) : value);
  const values = drawn.map((name) => epochs.map((epoch) => shown(of(epoch, name))));
  // One scale for all networks: what vanishes is pale in each.
  const least = Math.min(-6, ...values.flat().filter((value) => Number.isFinite(value)));
  const domains: Partial<Record<HealthFigure, readonly [number, number]>> = {
    gradientShare: [least, 0],
    deadUnits: [0, 1],
    saturatedValues: [0, 1],
  };
  const domain = domains[figure];
  const short = cutNames(drawn, NAME_WIDTH, 11);
  return heatMap({
    ...chart,
    ...(chart.subtitle === undefined && sentence !== undefined && { subtitle: sentence }),
    values,
    rowLabels: drawn.map((name, i) => {
      const ill = verdicts.find(({ layer, verdict }) => layer === name && verdict !== 'healthy');
      // Of many rows few have their label.
      if (!ill || drawn.length * epochs.length > manyCells) return name;
      return `${short[i]!}: ${ill.verdict} since ${ill.since}`;
    }),
    columnLabels: epochs.map(({ epoch }) => String(epoch)),
    xLabel: 'Epoch',
    valueLabel: isPower ? `log10 of ${NAMES[figure]}` : NAMES[figure],
    ...(domain && { domain }),
  });
}

function refuse(message: string): never {
  throw new EspalierError({ code: 'invalid-data', scope: 'health-chart', message });
}
