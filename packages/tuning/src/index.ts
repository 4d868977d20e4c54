export type {
  ChoiceDistribution,
  Distribution,
  FloatDistribution,
  FloatOptions,
  IntDistribution,
  IntOptions,
  ParameterValue,
} from './space/distributions.js';
export { choice, float, int } from './space/distributions.js';
export type { Dimension, Space } from './space/space.js';
export { space, when } from './space/space.js';
export type {
  Condition,
  Conditional,
  Parameters,
  ParametersOf,
  SpaceDefinition,
} from './space/space-types.js';
export type { Direction, Report, TrialRecord, TrialState } from './trial/trial-record.js';
export type { PendingTrial, Sampler, SamplerRequest } from './samplers/sampler.js';
export type { CmaEsSamplerOptions } from './samplers/cma-es-sampler.js';
export { cmaEsSampler } from './samplers/cma-es-sampler.js';
export type { GpSamplerOptions } from './samplers/gp/gp-sampler.js';
export { gpSampler } from './samplers/gp/gp-sampler.js';
export type { GridSamplerOptions } from './samplers/grid-sampler.js';
export { gridSampler } from './samplers/grid-sampler.js';
export type { NsgaIISamplerOptions } from './samplers/nsga-ii/nsga-ii-sampler.js';
export { nsgaIISampler } from './samplers/nsga-ii/nsga-ii-sampler.js';
export type { QuasiRandomSamplerOptions } from './samplers/quasi-random-sampler.js';
export { quasiRandomSampler } from './samplers/quasi-random-sampler.js';
export { randomSampler } from './samplers/random-sampler.js';
export type { TpeSamplerOptions } from './samplers/tpe/tpe-options.js';
export { tpeSampler } from './samplers/tpe/tpe-sampler.js';
export type { Pruner, PrunerRequest } from './pruners/pruner.js';
export type { FoldPrunerOptions } from './pruners/fold-pruner.js';
export { foldPruner } from './pruners/fold-pruner.js';
export type { HyperbandPrunerOptions } from './pruners/hyperband-pruner.js';
export { hyperbandPruner } from './pruners/hyperband-pruner.js';
export type { PatientPrunerOptions } from './pruners/patient-pruner.js';
export { patientPruner } from './pruners/patient-pruner.js';
export type { MedianPrunerOptions, PercentilePrunerOptions } from './pruners/percentile-pruner.js';
export { medianPruner, percentilePruner } from './pruners/percentile-pruner.js';
export type { SuccessiveHalvingPrunerOptions } from './pruners/successive-halving-pruner.js';
export { successiveHalvingPruner } from './pruners/successive-halving-pruner.js';
export type { ThresholdPrunerOptions } from './pruners/threshold-pruner.js';
export { thresholdPruner } from './pruners/threshold-pruner.js';
export type { SqliteDatabase, SqliteDriver, SqliteStatement } from './storage/sqlite-driver.js';
export type { SqliteStorageOptions } from './storage/sqlite-storage.js';
export { sqliteStorage } from './storage/sqlite-storage.js';
export { memoryStorage } from './storage/memory-storage.js';
export type { StudyOptions } from './study/create-study.js';
export { createStudy } from './study/create-study.js';
export type { Terminator, TerminatorRequest } from './terminators/terminator.js';
export type { RegretTerminatorOptions } from './terminators/regret-terminator.js';
export { regretTerminator } from './terminators/regret-terminator.js';
export type { Objective, OptimizeOptions } from './study/optimize.js';
export type { PartialParameters, Study } from './study/study.js';
export type { Ending, ProgramEvent, StudyEvent, StudyHeader } from './study/study-event.js';
export type { StudyStorage } from './study/study-storage.js';
export type { Outcome, Trial } from './study/trial.js';
export { journalStorage } from './storage/journal-storage.js';
export type {
  CrossValidateOptions,
  CrossValidation,
  FoldData,
  FoldRunOptions,
} from './folds/cross-validate.js';
export { crossValidate } from './folds/cross-validate.js';
export type { FoldContext, FoldFitOptions } from './folds/fit-fold.js';
export type { FoldRecord, FoldStatistics } from './folds/fold-record.js';
export type { FoldStore } from './folds/fold-store.js';
export type { OverSeedsOptions } from './folds/over-seeds.js';
export { overSeeds } from './folds/over-seeds.js';
export type { FoldHost, FoldOutcome, FoldPlace, FoldsResult } from './folds/run-folds.js';
export type { TrialPruningOptions } from './folds/trial-pruning.js';
export { trialPruning } from './folds/trial-pruning.js';
export type { ParameterImportancesOptions } from './importance/parameter-importances.js';
export { parameterImportances } from './importance/parameter-importances.js';
