import type { Optimizer, ParameterSelector, Tensors } from '@espalier/core';
import { option, parameterKind, readOptions } from '@espalier/core';
import { parameterSelection } from '@espalier/core/internal';
import { type CommonOptions, commonOptimizer, commonRules } from './common-options.js';
import { betaRule, epsilonRule } from './moment-rules.js';
import { chain } from './transforms/chain.js';
import { either } from './transforms/either.js';
import { orthogonalize, type OrthogonalizeOptions, orthogonalizeRules } from './transforms/orthogonalize.js';
import { scaleByAdam } from './transforms/scale-by-adam.js';
import { scale } from './transforms/scale.js';
import { trace } from './transforms/trace.js';

/** Options of {@link muon}. `learningRate` is 0.001 by default, `weightDecay` 0.1. */
export interface MuonOptions extends CommonOptions, OrthogonalizeOptions {
  /** Share of the last step's direction that is kept, 0 <= momentum < 1. Default 0.95. */
  readonly momentum?: number;
  /** Looks ahead along the momentum. Default true. */
  readonly nesterov?: boolean;
  /**
   * The matrices that it is for; all other parameters go by Adam. Default: every kernel of two axes or more but those of
   * depthwise and transposed convolutions, which are no matrices of inputs and outputs. Outputs and
   * embeddings are often left to Adam: give a pattern or names.
   */
  readonly matrices?: ParameterSelector;
  /** Factor of the learning rate where Adam is used, >= 0. Default 1. */
  readonly adamRate?: number;
  /** Adam's decay of the mean of gradients, 0 <= beta1 < 1. Default 0.9. */
  readonly beta1?: number;
  /** Adam's decay of the mean of squared gradients, 0 <= beta2 < 1. Default 0.999. */
  readonly beta2?: number;
  /** Adam's epsilon, >= 0. Default 1e-8. */
  readonly adamEpsilon?: number;
}

/**
 * Muon: momentum whose direction is made orthogonal, for the matrices of hidden layers; Adam for all other parameters.
 *
 * ```text
 * b = momentum * b + g                       d = g + momentum * b with nesterov, else b
 * p = p - learningRate * (scale * orthogonal(d) + weightDecay * p)
 * ```
 *
 * Slots: `momentum/<parameter>`; of the others `adam/m/<parameter>` and `adam/v/<parameter>`. Cost: three products of
 * matrices in each of 5 iterations, 53 kernels per matrix. Semantics are `torch.optim.Muon`'s, which refuses filters and knows no other parameters, and rounds to bfloat16
 * on the way. A NaN makes its whole matrix NaN.
 *
 * @throws EspalierError `invalid-option`; when the run starts where `matrices` selects nothing, or a vector.
 * @example
 * ```ts
 * const optimizer = muon({ learningRate: 0.02, matrices: /^hidden.*kernel$/, adamRate: 0.05 });
 * ```
 * @see Jordan et al., Muon: an optimizer for hidden layers in neural networks, 2024; Liu et al., Muon is scalable for LLM training,
 * 2025 (`adjustment: 'rms'`).
 */
export function muon(options: MuonOptions = {}): Optimizer {
  const read = readOptions('muon', options, {
    ...commonRules({ learningRate: 0.001, weightDecay: 0.1 }),
    ...orthogonalizeRules(),
    momentum: betaRule(0.95),
    nesterov: option.boolean({ default: true }),
    matrices: option.parameters({ optional: true }),
    adamRate: option.number({ min: 0, default: 1 }),
    beta1: betaRule(0.9),
    beta2: betaRule(0.999),
    adamEpsilon: epsilonRule(1e-8),
  });
  const { momentum, nesterov, matrices, adamRate, beta1, beta2, adamEpsilon } = read.values;
  const { newtonSchulzSteps, epsilon, adjustment } = read.values;
  const own = chain(
    trace({ momentum, nesterov }),
    // PyTorch's momentum has a factor (1 - momentum), which matters to what is smaller than epsilon alone.
    orthogonalize({ newtonSchulzSteps, epsilon: epsilon / (1 - momentum), adjustment }),
  );
  const adam = chain(scaleByAdam({ beta1, beta2, epsilon: adamEpsilon }), scale(adamRate));
  const chosen = matrices === undefined ? kernelMatrices : parameterSelection('muon', matrices);
  return commonOptimizer('muon', read, { direction: [either(chosen, own, adam, 'adam')] });
}

function kernelMatrices(parameters: Tensors): ReadonlySet<string> {
  const kernels = Object.entries(parameters).filter(
    ([name, { shape }]) =>
      shape.length >= 2 &&
      parameterKind(name, shape) === 'kernel' &&
      !/(depthwise|transposed)_kernel$/.test(name),
  );
  return new Set(kernels.map(([name]) => name));
}
