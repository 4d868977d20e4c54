import type * as tfl from '@tensorflow/tfjs-layers';
import { option, readOptions, toTensorData } from '@espalier/core';
import type { GivenArrays } from '../given-arrays.js';
import { saturationOf } from '../health/unit-kinds.js';
import type { StatisticsOptions, ValueStatistics } from '../value-statistics.js';
import { STATISTICS_RULES, statisticsOf } from '../value-statistics.js';
import { activations } from './activations.js';
import { bindLayers } from './run-layers.js';

/** Options of {@link activationProfile}. */
export interface ActivationProfileOptions extends StatisticsOptions {
  /** Names of the layers. Default: all. */
  readonly layers?: readonly string[];
}

/** How one layer answers to some inputs. */
export interface ActivationProfile extends ValueStatistics {
  readonly layer: string;
  readonly kind: string;
  readonly activation: string | null;
  /** Mean of each unit (of each channel) over examples and positions. */
  readonly unitMeans: readonly number[];
  /** Standard deviation of each unit likewise. */
  readonly unitDeviations: readonly number[];
  /** Share of units that give 0 for every example and position. */
  readonly deadUnits: number;
  /** Share of values within 2 % of a bound of the activation; null for one without two bounds. */
  readonly saturated: number | null;
}

/**
 * The distribution of each layer's output over some inputs: the whole, unit by unit, dead units, saturation.
 *
 * A unit is an entry of the last dimension: of a dense layer a neuron, of a convolution a channel.
 *
 * @param inputs `[N, ...]`, see {@link activations}.
 * @param options.layers Default: all.
 * @param options.bins Bins of the histograms. Default 30.
 * @param options.range Ends of the histograms. Default: each layer's own.
 * @param options.threshold |a| < threshold counts as near zero. Default 1e-4.
 * @returns One plain record for each layer, in the order of the forward pass.
 * @throws EspalierError as {@link activations}.
 * @example
 * ```ts
 * const layers = mlp({ inputs: 4, hidden: [8, 8], outputs: 3 });
 * for (const { layer, deviation, deadUnits } of await activationProfile(layers, tf.randomUniform([10, 4])))
 *   console.log(layer, deviation, `${100 * deadUnits} % of the units are dead`);
 * ```
 */
export async function activationProfile(
  model: tfl.LayersModel,
  inputs: GivenArrays,
  options: ActivationProfileOptions = {},
): Promise<ActivationProfile[]> {
  const { layers, ...settings } = readOptions('activation-profile', options, {
    ...STATISTICS_RULES,
    layers: option.names({ optional: true }),
  }).values;
  const given = await activations(model, inputs, layers ? { layers } : {});
  const infos = new Map(
    bindLayers('activation-profile', model)
      .layers()
      .map((layer) => [layer.name, layer]),
  );
  return Object.entries(given).map(([layer, array]) => {
    // A layer without a name ends in its place, `Dense#1`, one that is applied again in how often.
    const { kind, activation } = (infos.get(layer) ?? infos.get(layer.replace(/#\d+$/, '')))!;
    const values = toTensorData(array);
    const bounds = saturationOf(activation);
    return {
      layer,
      kind,
      activation: activation ?? null,
      ...statisticsOf(values, settings),
      ...unitsOf(values, array.shape.at(-1) ?? 1),
      saturated: bounds ? shareOf(values, bounds) : null,
    };
  });
}

function unitsOf(
  values: ArrayLike<number>,
  units: number,
): Pick<ActivationProfile, 'unitMeans' | 'unitDeviations' | 'deadUnits'> {
  const rows = values.length / units;
  const means = new Array<number>(units).fill(0);
  const squares = new Array<number>(units).fill(0);
  const alive = new Array<boolean>(units).fill(false);
  for (let i = 0; i < values.length; i++) {
    means[i % units]! += values[i]! / rows;
    if (values[i] !== 0) alive[i % units] = true;
  }
  for (let i = 0; i < values.length; i++) squares[i % units]! += (values[i]! - means[i % units]!) ** 2 / rows;
  return {
    unitMeans: means,
    unitDeviations: squares.map(Math.sqrt),
    deadUnits: alive.filter((one) => !one).length / units,
  };
}

function shareOf(values: ArrayLike<number>, { low, high }: { low: number; high: number }): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i]! < low || values[i]! > high) count++;
  return count / values.length;
}
