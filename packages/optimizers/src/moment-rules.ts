import { option } from '@espalier/core';
import type { EpsilonRoot } from './moments.js';

/** A share that is kept of a running mean: 0 <= beta < 1. */
export function betaRule(fallback: number) {
  return option.number({ min: 0, max: 1, exclusiveMax: true, default: fallback });
}

/** A number that a division is kept from 0 by: >= 0. */
export function epsilonRule(fallback: number) {
  return option.number({ min: 0, default: fallback });
}

/** The options of `scaleByAdam`, which Adam and AdamW have too. */
export function adamRules() {
  return {
    beta1: betaRule(0.9),
    beta2: betaRule(0.999),
    epsilon: epsilonRule(1e-8),
    epsilonRoot: option.oneOf(['corrected', 'uncorrected'], { default: 'corrected' as EpsilonRoot }),
    amsgrad: option.boolean({ default: false as boolean }),
  };
}
