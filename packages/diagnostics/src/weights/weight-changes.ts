import type { HostArrays, ParameterSelector } from '@espalier/core';
import { option, readOptions, toTensorData } from '@espalier/core';
import { failData } from '../given-arrays.js';
import { statisticsOf } from '../value-statistics.js';
import { layerOf } from './layer-of.js';
import { selected } from './weight-statistics.js';

/** Options of {@link weightChanges}. */
export interface WeightChangesOptions {
  /** Which parameters. Default `all`. */
  readonly parameters?: ParameterSelector;
}

/** How far one parameter moved. */
export interface WeightChange {
  readonly parameter: string;
  readonly layer: string;
  /** Last minus first. */
  readonly meanChange: number;
  /** Last minus first standard deviation. */
  readonly deviationChange: number;
  /** L2 norm of the difference. */
  readonly distance: number;
  /** `distance` over the first norm: 0 where nothing moved, Infinity where all began at 0. */
  readonly relative: number;
  /** Cosine of the angle between both; NaN where one is all 0. */
  readonly cosine: number;
}

/**
 * The weights of one time against those of another: report 5's third sign of a vanishing gradient is that they are alike.
 *
 * ```text
 * distance = |last - first|, relative = distance / |first|, cosine = <first, last> / (|first| |last|)
 * ```
 *
 * @param first Weights by name, e.g. before training or after its first epoch.
 * @param last The same of a later time.
 * @param options.parameters Default `all`.
 * @returns One plain record for each parameter.
 * @throws EspalierError `invalid-option`; `invalid-data` where names or shapes of both differ.
 * @example
 * ```ts
 * const trainer = new Trainer({ model, loss, optimizer });
 * const first = await trainer.getWeights();
 * await trainer.fit(train, { epochs: 20 });
 * console.log(weightChanges(first, await trainer.getWeights()));
 * ```
 */
export function weightChanges(
  first: HostArrays,
  last: HostArrays,
  options: WeightChangesOptions = {},
): WeightChange[] {
  const { parameters } = readOptions('weight-changes', options, {
    parameters: option.parameters({ default: 'all' }),
  }).values;
  const names = selected('weight-changes', first, parameters);
  const added = Object.keys(last ?? {}).find((name) => !Object.hasOwn(first, name));
  if (added !== undefined) failData('weight-changes', `parameter '${added}' is not there at first.`);
  return names.map((parameter) => {
    const before = first[parameter]!;
    const after = last?.[parameter];
    if (!after || String(after.shape) !== String(before.shape))
      failData(
        'weight-changes',
        `parameter '${parameter}' is [${before.shape}] at first and ${after ? `[${after.shape}]` : 'not there'} at last.`,
      );
    return {
      parameter,
      layer: layerOf(parameter),
      ...changeBetween(toTensorData(before), toTensorData(after)),
    };
  });
}

/** How far values moved, in float64. */
export function changeBetween(
  first: ArrayLike<number>,
  last: ArrayLike<number>,
): Omit<WeightChange, 'parameter' | 'layer'> {
  let [squares, firsts, lasts, products] = [0, 0, 0, 0];
  for (let i = 0; i < first.length; i++) {
    const [a, b] = [first[i]!, last[i]!];
    squares += (b - a) ** 2;
    firsts += a * a;
    lasts += b * b;
    products += a * b;
  }
  const settings = { bins: 1, threshold: 1 };
  const [before, after] = [statisticsOf(first, settings), statisticsOf(last, settings)];
  const distance = Math.sqrt(squares);
  return {
    meanChange: after.mean - before.mean,
    deviationChange: after.deviation - before.deviation,
    distance,
    relative: distance === 0 ? 0 : distance / Math.sqrt(firsts),
    cosine: products / Math.sqrt(firsts * lasts),
  };
}
