import type { HostArrays, ParameterSelector } from '@espalier/core';
import { checkOptions, option, readOptions, selectParameters, toTensorData } from '@espalier/core';
import { checkArray } from '../given-arrays.js';
import type { StatisticsOptions, ValueStatistics } from '../value-statistics.js';
import { STATISTICS_RULES, statisticsOf } from '../value-statistics.js';
import { layerOf } from './layer-of.js';

/** Options of {@link weightStatistics}. */
export interface WeightStatisticsOptions extends StatisticsOptions {
  /** Which parameters. Default `all`. */
  readonly parameters?: ParameterSelector;
}

/** What one parameter of a model is like. */
export interface WeightStatistics extends ValueStatistics {
  readonly parameter: string;
  readonly layer: string;
  readonly shape: readonly number[];
}

/**
 * Mean, standard deviation, norm, sparsity and histogram of each parameter.
 *
 * @param weights By name, as `trainer.getWeights()` and `run.getWeights()` give them.
 * @param options.parameters Default `all`.
 * @param options.threshold |w| < threshold counts as near zero. Default 1e-4.
 * @param options.bins Bins of the histograms. Default 30.
 * @param options.range Ends of all histograms. Default: each parameter's own.
 * @returns One plain record for each parameter, in the model's order.
 * @throws EspalierError `invalid-option` for bad options or a selector that selects nothing.
 * @example
 * ```ts
 * const trainer = new Trainer({ model, loss, optimizer });
 * for (const { parameter, mean, deviation, zeros } of weightStatistics(await trainer.getWeights()))
 *   console.log(parameter, mean, deviation, `${100 * zeros} % are exactly 0`);
 * ```
 */
export function weightStatistics(
  weights: HostArrays,
  options: WeightStatisticsOptions = {},
): WeightStatistics[] {
  const { parameters, ...settings } = readOptions('weight-statistics', options, {
    ...STATISTICS_RULES,
    parameters: option.parameters({ default: 'all' }),
  }).values;
  return selected('weight-statistics', weights, parameters).map((parameter) => ({
    parameter,
    layer: layerOf(parameter),
    shape: [...weights[parameter]!.shape],
    ...statisticsOf(toTensorData(weights[parameter]!), settings),
  }));
}

/** The names that a selector selects among weights. */
export function selected(scope: string, weights: HostArrays, parameters: ParameterSelector): string[] {
  if (typeof weights !== 'object' || weights === null)
    checkOptions(scope).fail('weights', 'arrays by parameter name', weights);
  for (const [name, weight] of Object.entries(weights)) checkArray(scope, `weights.${name}`, weight);
  const shapes = Object.fromEntries(Object.entries(weights).map(([name, { shape }]) => [name, shape]));
  return selectParameters(shapes, parameters, scope);
}
