import { exp, log } from '@espalier/core/internal';
import { logNormalCdf, logNormalDensity, normalCdf } from './normal-distribution.js';

/** The logarithm of the expected improvement, and its derivatives. */
export interface ExpectedImprovement {
  readonly log: number;
  readonly byMean: number;
  readonly byDeviation: number;
}

/**
 * log E[max(0, best - y)] of a normally distributed y, also where that is too small for a float64:
 * EI = deviation h(z), z = (best - mean) / deviation, h(z) = density(z) + z cdf(z).
 *
 * Source: D. R. Jones et al., "Efficient global optimization of expensive black-box functions", 1998; S. Ament et al., "Unexpected
 * improvements to expected improvement for Bayesian optimization", 2023 (why its logarithm).
 *
 * @param deviation > 0.
 */
export function logExpectedImprovement(mean: number, deviation: number, best: number): ExpectedImprovement {
  const z = (best - mean) / deviation;
  const logDensity = logNormalDensity(z);
  const logH = z > -2 ? log(exp(logDensity) + z * normalCdf(z)) : logDensity + log(tailPart(-z));
  const value = log(deviation) + logH;
  return {
    log: value,
    byMean: -exp(logNormalCdf(z) - value),
    byDeviation: exp(logDensity - value),
  };
}

/** 1 - x M(x) of Mills' ratio M = (1 - cdf(x)) / density(x), for x >= 2: from its continued fraction, so that nothing cancels. */
function tailPart(x: number): number {
  let rest = x;
  for (let n = 60; n > 1; n--) rest = x + n / rest;
  const c = 1 / rest;
  return c / (x + c);
}
