export type { AdamWOptions } from './adam-w.js';
export { adamW } from './adam-w.js';
export type { AdamOptions } from './adam.js';
export { adam } from './adam.js';
export type { CommonOptions } from './common-options.js';
export type { ParameterGroup } from './partition.js';
export { partition } from './partition.js';
export { constant } from './schedules/constant.js';
export type { CosineDecayOptions } from './schedules/cosine-decay.js';
export { cosineDecay } from './schedules/cosine-decay.js';
export type { DecayLength } from './schedules/decay-length.js';
export type { ExponentialDecayOptions } from './schedules/exponential-decay.js';
export { exponentialDecay } from './schedules/exponential-decay.js';
export type { PiecewiseConstantOptions } from './schedules/piecewise-constant.js';
export { piecewiseConstant } from './schedules/piecewise-constant.js';
export type { StepDecayOptions } from './schedules/step-decay.js';
export { stepDecay } from './schedules/step-decay.js';
export { warmup } from './schedules/warmup.js';
export type { SgdOptions } from './sgd.js';
export { sgd } from './sgd.js';
export { stepScalars } from './step-scalars.js';
export type { AddDecayedWeightsOptions } from './transforms/add-decayed-weights.js';
export { addDecayedWeights } from './transforms/add-decayed-weights.js';
export { chain } from './transforms/chain.js';
export { clipByGlobalNorm } from './transforms/clip-by-global-norm.js';
export { clipByNorm } from './transforms/clip-by-norm.js';
export { clipByValue } from './transforms/clip-by-value.js';
export type { EachParameterOptions, ParameterState, RuleResult } from './transforms/each-parameter.js';
export { eachParameter } from './transforms/each-parameter.js';
export type {
  Factor,
  GradientTransform,
  Term,
  TransformResult,
  TransformStep,
  Update,
  Updates,
} from './transforms/gradient-transform.js';
export { updateOf, scaleUpdate, valueOf } from './transforms/gradient-transform.js';
export { withName } from './transforms/with-name.js';
export type { ScaleByAdamOptions } from './transforms/scale-by-adam.js';
export { scaleByAdam } from './transforms/scale-by-adam.js';
export { scaleByLearningRate } from './transforms/scale-by-learning-rate.js';
export { scale } from './transforms/scale.js';
export type { ToOptimizerOptions } from './transforms/to-optimizer.js';
export { toOptimizer } from './transforms/to-optimizer.js';
export type { TraceOptions } from './transforms/trace.js';
export { trace } from './transforms/trace.js';
