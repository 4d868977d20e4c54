import type { Config, Optimizer, OptionRule, ParameterSelector, Schedule } from '@espalier/core';
import { option } from '@espalier/core';
import { plainJson } from '@espalier/core/internal';
import { checkLearningRate } from './check-learning-rate.js';
import { addDecayedWeights } from './transforms/add-decayed-weights.js';
import { chain } from './transforms/chain.js';
import type { GradientTransform } from './transforms/gradient-transform.js';
import { withName } from './transforms/with-name.js';
import { scaleByLearningRate } from './transforms/scale-by-learning-rate.js';
import { scale } from './transforms/scale.js';
import { toOptimizer } from './transforms/to-optimizer.js';

/** Options that nearly every optimizer has. */
export interface CommonOptions {
  /** Learning rate >= 0, or its schedule. */
  readonly learningRate?: number | Schedule;
  /**
   * Coupled decay: adds `l2 * parameter` to the gradient before anything else sees it. >= 0, or a schedule. Default 0. PyTorch's
   * `weight_decay` of every optimizer but AdamW, NAdamW and Muon.
   */
  readonly l2?: number | Schedule;
  /**
   * Decoupled decay: each step also takes `learningRate * weightDecay * parameter` away, past all scaling of gradients. >= 0, or a
   * schedule. Keras's `weight_decay` of every optimizer.
   */
  readonly weightDecay?: number | Schedule;
  /** The parameters that `l2` and `weightDecay` apply to. Default `all`, biases too, as PyTorch and Keras. */
  readonly decayParameters?: ParameterSelector;
  /** Climbs instead of descending. Default false. */
  readonly maximize?: boolean;
}

/** {@link CommonOptions} with defaults filled in. */
interface CommonValues {
  readonly learningRate: number | Schedule;
  readonly l2: number | Schedule;
  readonly weightDecay: number | Schedule;
  readonly decayParameters: ParameterSelector;
  readonly maximize: boolean;
}

/** Rules of {@link CommonOptions}. */
export function commonRules(defaults: { readonly learningRate: number; readonly weightDecay?: number }) {
  return {
    learningRate: learningRateRule(defaults.learningRate),
    l2: option.schedule({ min: 0, default: 0 as number }),
    weightDecay: option.schedule({ min: 0, default: defaults.weightDecay ?? 0 }),
    decayParameters: option.parameters({ default: 'all' as ParameterSelector }),
    maximize: option.boolean({ default: false as boolean }),
  };
}

/** A learning rate: the very number or schedule that was given, so that a run may ask the schedule itself. */
export function learningRateRule(fallback: number): OptionRule<number | Schedule, 'defaulted'> {
  return {
    presence: 'defaulted',
    fallback,
    read(_name, value, check) {
      checkLearningRate(check, value);
      return value;
    },
    toJson: plainJson,
  };
}

/** What an optimizer is made of, besides what the common options say. */
export interface OptimizerParts {
  /** Before decoupled decay is added. */
  readonly direction?: readonly GradientTransform[];
  /** Between decoupled decay and the learning rate. */
  readonly afterDecay?: readonly GradientTransform[];
  /** After the learning rate: sees what would be subtracted. */
  readonly afterRate?: readonly GradientTransform[];
}

/**
 * The optimizer that nearly all are: what the common options say, around the transforms that make the direction.
 *
 * @param name Its kind, for errors and records.
 */
export function commonOptimizer(
  name: string,
  { values, config }: { readonly values: CommonValues; readonly config: Config },
  { direction = [], afterDecay = [], afterRate = [] }: OptimizerParts,
): Optimizer {
  const { learningRate, l2, weightDecay, decayParameters, maximize } = values;
  const decay = (option: string, rate: number | Schedule): GradientTransform[] =>
    rate === 0
      ? []
      : [withName(option, addDecayedWeights({ weightDecay: rate, parameters: decayParameters }))];
  const transforms = [
    ...(maximize ? [scale(-1)] : []),
    ...decay('l2', l2),
    ...direction,
    ...decay('decoupled', weightDecay),
    ...afterDecay,
    scaleByLearningRate(learningRate),
    ...afterRate,
  ];
  return toOptimizer(chain(...transforms), { name, config });
}
