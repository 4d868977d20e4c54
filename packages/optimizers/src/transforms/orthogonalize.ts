import { checkOptions, option, readOptions } from '@espalier/core';
import { newtonSchulz, type Quintic, STEEP, unitMatrix } from '@espalier/core/internal';
import { eachParameter } from './each-parameter.js';
import { type GradientTransform, updateOf, valueOf } from './gradient-transform.js';

/** Options of {@link orthogonalize}. */
export interface OrthogonalizeOptions {
  /** Steps of the Newton-Schulz iteration, 1 or more. Default 5. */
  readonly newtonSchulzSteps?: number;
  /** Smallest norm that a matrix is divided by, > 0. Default 1e-7. */
  readonly epsilon?: number;
  /**
   * How a step is scaled by the matrix' shape: `shape`, by sqrt(max(1, outputs / inputs)), as Keller Jordan's; `rms`, by
   * 0.2 * sqrt(max(outputs, inputs)), which makes it as long as Adam's. Default `shape`.
   */
  readonly adjustment?: 'shape' | 'rms';
}

/** Rules of {@link OrthogonalizeOptions}. */
export function orthogonalizeRules() {
  return {
    newtonSchulzSteps: option.integer({ min: 1, max: 99, default: 5 }),
    epsilon: option.number({ min: 0, exclusiveMin: true, default: 1e-7 }),
    adjustment: option.oneOf(['shape', 'rms'], { default: 'shape' as 'shape' | 'rms' }),
  };
}

/**
 * Makes each update nearly orthogonal: its singular values become numbers around 1, by a few matrix products. Parameters need two
 * axes or more; those of filters before the last are taken as one. A NaN makes its whole parameter NaN.
 *
 * @throws EspalierError `invalid-option`, also in `init` for a vector or scalar.
 * @example
 * ```ts
 * const transform = chain(trace({ momentum: 0.95, nesterov: true }), orthogonalize(), scaleByLearningRate(0.02));
 * ```
 * @see Jordan et al., Muon: an optimizer for hidden layers in neural networks, 2024; `torch.optim.Muon`.
 */
export function orthogonalize(options: OrthogonalizeOptions = {}): GradientTransform {
  const { values, config } = readOptions('orthogonalize', options, orthogonalizeRules());
  const { newtonSchulzSteps, epsilon, adjustment } = values;
  const transform = eachParameter({
    name: 'orthogonalize',
    config,
    rule(update, { name, step }) {
      const { matrix, restore } = unitMatrix(name, valueOf(update, step));
      const [inputs, outputs] = matrix.shape;
      const steps = Array<Quintic>(newtonSchulzSteps).fill(STEEP);
      const near = newtonSchulz(matrix, steps, epsilon, (value) => step.constant(value));
      const scale =
        adjustment === 'shape'
          ? Math.sqrt(Math.max(1, outputs / inputs))
          : 0.2 * Math.sqrt(Math.max(outputs, inputs));
      return { update: updateOf(restore(near), scale) };
    },
  });
  return {
    ...transform,
    init(parameters) {
      const flat = Object.keys(parameters).find((name) => parameters[name]!.rank < 2);
      if (flat !== undefined)
        checkOptions('orthogonalize').fail(
          'parameters',
          'matrices or filters',
          `${flat} of shape [${parameters[flat]!.shape.join(', ')}]`,
        );
      return transform.init(parameters);
    },
  };
}
