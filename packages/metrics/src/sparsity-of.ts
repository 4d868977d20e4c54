import type { HostArrays, ParameterSelector } from '@espalier/core';
import { checkOptions, option, readOptions, selectParameters, toTensorData } from '@espalier/core';

/** What counts as zero, and where. */
export interface SparsityOfOptions {
  /** A weight w counts as zero where |w| < threshold; > 0. Default 1e-4. */
  readonly threshold?: number;
  /** Which parameters count. Default `kernels`. */
  readonly parameters?: ParameterSelector;
}

/** The rules of {@link SparsityOfOptions}. */
export const SPARSITY_RULES = {
  threshold: option.number({ min: 0, exclusiveMin: true, default: 1e-4 }),
  parameters: option.parameters({ default: 'kernels' }),
};

/** Shares of weights that are (nearly) zero, from 0 to 1. */
export interface SparsityShares {
  /** Over all selected weights together. */
  readonly overall: number;
  /** Of each selected parameter, by name, in the model's order. */
  readonly byParameter: Readonly<Record<string, number>>;
}

/**
 * How sparse weights are.
 *
 * ```text
 * share = #{ w : |w| < threshold } / #{ w }
 * ```
 *
 * @param weights By parameter name, as `run.getWeights()` gives them.
 * @param options.threshold > 0. Default 1e-4.
 * @param options.parameters Default `kernels`: weight matrices and convolution kernels.
 * @throws EspalierError `invalid-option` for bad options, or a selector that selects nothing.
 * @example
 * ```ts
 * const { overall, byParameter } = sparsityOf(await run.getWeights(), { threshold: 1e-4 });
 * ```
 */
export function sparsityOf(weights: HostArrays, options: SparsityOfOptions = {}): SparsityShares {
  const { threshold, parameters } = readOptions('sparsity', options, SPARSITY_RULES).values;
  if (typeof weights !== 'object' || weights === null) {
    checkOptions('sparsity').fail('weights', 'arrays by parameter name', weights);
  }
  const shapes = Object.fromEntries(Object.entries(weights).map(([name, { shape }]) => [name, shape]));
  const byParameter: Record<string, number> = {};
  let zeros = 0;
  let total = 0;
  for (const name of selectParameters(shapes, parameters, 'sparsity')) {
    const values = toTensorData(weights[name]!);
    let count = 0;
    for (const value of values) if (Math.abs(value) < threshold) count++;
    byParameter[name] = values.length === 0 ? 0 : count / values.length;
    zeros += count;
    total += values.length;
  }
  return { overall: total === 0 ? 0 : zeros / total, byParameter };
}
