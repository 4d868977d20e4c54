import { checkOptions } from '@espalier/core';
import type { ActivationName } from './activations.js';

/** Factors by which an activation shrinks a signal's deviation, as PyTorch gives them. */
const GAINS: Partial<Record<ActivationName, number>> = {
  linear: 1,
  sigmoid: 1,
  tanh: 5 / 3,
  relu: Math.SQRT2,
  selu: 3 / 4,
};

/**
 * By how much a layer's weights have to be larger for the activation that follows it: the `gain` of `glorot*` and `orthogonal`.
 *
 * ```text
 * linear, sigmoid 1    tanh 5/3    relu sqrt(2)    leakyRelu sqrt(2 / (1 + slope^2))    selu 3/4
 * ```
 *
 * @param activation Name of the activation.
 * @param slope Of `leakyRelu`. Default 0.01.
 * @throws EspalierError `invalid-option` for an activation without a known gain.
 * @example
 * ```ts
 * seededInitializer({ name: 'glorotUniform', gain: calculateGain('tanh') }, { seed: 1, name: 'hidden_1/kernel' });
 * ```
 * Source: `torch.nn.init.calculate_gain`.
 */
export function calculateGain(activation: ActivationName, slope = 0.01): number {
  const check = checkOptions('calculate-gain');
  check.number('slope', slope);
  if (activation === 'leakyRelu') return Math.sqrt(2 / (1 + slope * slope));
  const gain = GAINS[activation];
  return (
    gain ?? check.fail('activation', `one of ${[...Object.keys(GAINS), 'leakyRelu'].join(', ')}`, activation)
  );
}
