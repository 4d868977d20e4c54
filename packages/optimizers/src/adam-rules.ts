import { option } from '@espalier/core';

/** A share that is kept of a running mean: 0 <= beta < 1. */
export function betaRule<const D extends number>(fallback: D) {
  return option.number({ min: 0, max: 1, exclusiveMax: true, default: fallback });
}

/** The options of `scaleByAdam`, which Adam and AdamW have too. */
export function adamRules() {
  return {
    beta1: betaRule(0.9),
    beta2: betaRule(0.999),
    epsilon: option.number({ min: 0, default: 1e-8 }),
    amsgrad: option.boolean({ default: false }),
  };
}
