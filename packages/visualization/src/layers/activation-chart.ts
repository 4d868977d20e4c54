import { EspalierError, option, type OptionChecker } from '@espalier/core';
import { barChart } from '../bars/bar-chart.js';
import type { Chart, ChartOptions } from '../drawing/chart.js';
import { checkChart, list, withTitle } from '../drawing/check-chart.js';
import { heatMap } from '../maps/heat-map.js';

/** What {@link activationChart} reads of a layer's profile; `activationProfile` of `@espalier/diagnostics` gives more. */
export interface LayerActivations {
  readonly layer: string;
  /** Mean of the layer's outputs. */
  readonly mean: number | null;
  /** Their standard deviation. */
  readonly deviation: number | null;
  /** Share that is exactly 0. */
  readonly zeros?: number | null;
  /** Share of units that give 0 for every example. */
  readonly deadUnits?: number | null;
  /** Share of values close to a bound of the activation; null for one without. */
  readonly saturated?: number | null;
}

/** Which figure is drawn; `distribution` is mean with deviation. */
export type ActivationFigure = 'distribution' | Exclude<keyof LayerActivations, 'layer'>;

/** What {@link activationChart} draws. */
export interface ActivationChartOptions extends Partial<ChartOptions> {
  /** The layers' profiles at one time or at several, e.g. before training and after each epoch, in the order of time. */
  readonly profiles: readonly { readonly epoch: number; readonly layers: readonly LayerActivations[] }[];
  /** Default `distribution`. */
  readonly figure?: ActivationFigure;
}

const NAMES: Readonly<Record<ActivationFigure, string>> = {
  distribution: 'output, mean \u00b1 deviation',
  mean: 'mean of the outputs',
  deviation: 'standard deviation of the outputs',
  zeros: 'share of outputs that are 0',
  deadUnits: 'share of units that are always 0',
  saturated: 'share of saturated outputs',
};
const SHARES: readonly ActivationFigure[] = ['zeros', 'deadUnits', 'saturated'];

/** As many times stand side by side; more are thinned. */
const TIMES = 4;

/**
 * How the layers of a network answer, over the layers and over time.
 *
 * `distribution` is a dot for each layer with whiskers of one standard deviation, at up to four times. Every other figure is a bar for each
 * layer at one time, and a row for each layer with a column for each epoch at several. Layers that do not have the figure are left out.
 *
 * @returns a Vega-Lite specification
 * @throws EspalierError `invalid-option`; `invalid-data` without a profile, or where no layer has the figure
 * @example
 * ```ts
 * import { activationChart } from '@espalier/visualization';
 *
 * const layers = [{ layer: 'hidden', mean: 0.4, deviation: 0.6, zeros: 0.5 }, { layer: 'output', mean: 0, deviation: 1.2, zeros: 0 }];
 * console.log(activationChart({ profiles: [{ epoch: 5, layers }] }).title.text); // Outputs of the layers
 * ```
 */
export function activationChart(options: ActivationChartOptions): Chart {
  const { figure: asked = 'distribution' } = (options ?? {}) as ActivationChartOptions;
  const ofFigure = NAMES[asked] ?? '';
  const titled = withTitle(
    options,
    asked === 'distribution'
      ? 'Outputs of the layers'
      : ofFigure.slice(0, 1).toUpperCase() + ofFigure.slice(1),
  );
  const check = checkChart('activation-chart', titled, {
    profiles: list('an array of { epoch, layers }'),
    figure: option.oneOf(Object.keys(NAMES) as ActivationFigure[], { optional: true }),
  });
  const { profiles, figure = 'distribution', ...chart } = titled;
  if (profiles.length === 0) refuse('profiles is empty: there is nothing to draw.');
  profiles.forEach((one, i) => checkProfile(check, `profiles[${i}]`, one));
  const key = figure === 'distribution' ? 'mean' : figure;
  const names = [...new Set(profiles.flatMap(({ layers }) => layers.map(({ layer }) => layer)))];
  const of = (profile: (typeof profiles)[number], layer: string): LayerActivations | undefined =>
    profile.layers.find((one) => one.layer === layer);
  const drawn = names.filter((name) => profiles.some((one) => Number.isFinite(of(one, name)?.[key] ?? NaN)));
  if (drawn.length === 0) refuse(`no layer has the figure '${figure}'.`);
  const epochText = (epoch: number): string => (epoch === 0 ? 'before training' : `epoch ${epoch}`);

  if (figure === 'distribution' || profiles.length === 1) {
    const shown = thinned(profiles);
    const isDistribution = figure === 'distribution';
    return barChart({
      ...chart,
      subtitle: [chart.subtitle ?? '', shown.length === 1 ? epochText(shown[0]!.epoch) : '']
        .filter(Boolean)
        .join(', '),
      bars: drawn.flatMap((layer) =>
        shown.map((profile) => {
          const found = of(profile, layer);
          const deviation = found?.deviation;
          return {
            label: layer,
            value: found?.[key] ?? null,
            ...(shown.length > 1 && { series: epochText(profile.epoch) }),
            ...(isDistribution && Number.isFinite(deviation) && { error: deviation! }),
          };
        }),
      ),
      valueLabel: NAMES[figure],
      marks: isDistribution ? 'dots' : 'bars',
      showValues: !isDistribution && drawn.length <= 30,
      digits: 3,
      ...(isDistribution && { errorLabel: '\u00b1 1 standard deviation of the outputs' }),
    });
  }
  const values = drawn.map((layer) => profiles.map((one) => of(one, layer)?.[key] ?? NaN));
  return heatMap({
    ...chart,
    values,
    rowLabels: drawn,
    columnLabels: profiles.map(({ epoch }) => String(epoch)),
    xLabel: 'Epoch',
    valueLabel: NAMES[figure],
    ...(SHARES.includes(figure) && { domain: [0, 1] as const }),
    ...(figure === 'mean' && values.flat().some((value) => value < 0) && { symmetric: true }),
  });
}

/** The first, the last and evenly between: as many as can stand side by side. */
function thinned<T>(all: readonly T[]): readonly T[] {
  if (all.length <= TIMES) return all;
  return Array.from({ length: TIMES }, (_, i) => all[Math.round((i * (all.length - 1)) / (TIMES - 1))]!);
}

function checkProfile(
  check: OptionChecker,
  name: string,
  profile: ActivationChartOptions['profiles'][number],
): void {
  const fits =
    Number.isFinite(profile?.epoch) &&
    Array.isArray(profile.layers) &&
    profile.layers.every((one: LayerActivations | null) => typeof one?.layer === 'string');
  if (!fits) check.fail(name, '{ epoch, layers: [{ layer, mean, deviation }] }', profile);
}

function refuse(message: string): never {
  throw new EspalierError({ code: 'invalid-data', scope: 'activation-chart', message });
}
