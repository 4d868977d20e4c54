export type { ArrayData, HostArray, HostArrays, RowsOf, Tensors } from './data/arrays.js';
export { sizeOf, toTensorData } from './data/arrays.js';
export type { Availability, Backend } from './engine/backend.js';
export type { Checkpoint } from './run/checkpoint.js';
export type { ArraySpec, Dataset, HostBatch } from './data/dataset.js';
export type { DataStream, StreamReader, StreamStart } from './data/data-stream.js';
export { fingerprint } from './data/fingerprint.js';
export type { Sampler, SamplerDraw } from './data/sampler.js';
export type { ErrorCode, EspalierErrorOptions } from './errors.js';
export { EspalierError, isEspalierError } from './errors.js';
export type {
  BatchSums,
  EvaluatedBatch,
  Executor,
  ExecutorSession,
  StepInputs,
  StepResult,
  StepSeries,
} from './engine/executor.js';
export type { Loss, TargetKind } from './step/loss.js';
export type { OutputInfo, OutputScale } from './step/output-info.js';
export type { ClasswiseMetric, EvaluationMetric, Metric, MetricBatch, MetricTotals } from './step/metric.js';
export type { MetricSnapshot } from './step/metric-state.js';
export { MetricState } from './step/metric-state.js';
export type { NumberRange, OptionChecker } from './options.js';
export { checkOptions } from './options.js';
export type { Optimizer, Scalars, Schedule, StepPosition } from './step/optimizer.js';
export type { ParameterKind, ParameterSelector } from './step/parameters.js';
export { parameterKind, selectParameters } from './step/parameters.js';
export type {
  Batch,
  DataPass,
  ForwardPass,
  Plugin,
  PluginState,
  ProposedStep,
  StepLogs,
  StepOutcome,
  StepState,
  ValidationBatch,
} from './run/plugin.js';
export type { RandomStream } from './random.js';
export { stream } from './random.js';
export type {
  Configured,
  EpochLogs,
  EpochRecord,
  Evaluation,
  RunEvent,
  RunRecord,
  RunSetup,
  RunStatus,
  VectorRecord,
  Vectors,
} from './run/record.js';
export type { Direction, Run, Snapshot, StopOptions } from './run/run.js';
export type { Distribution, StepContext } from './step/step-context.js';
export { currentStep } from './step/step-context.js';
export type { StepProgram } from './step/step-program.js';
export { decodeCheckpoint, encodeCheckpoint } from './run/checkpoint-codec.js';
export type { ClassWeights } from './step/output-objective.js';
export type { LossReduction } from './step/loss-terms.js';
export type { Config, Json } from './json.js';
export type { CustomRule, Given, OptionRule, Presence } from './option-rules.js';
export { option } from './option-rules.js';
export type { OptionRules, OptionValues, ReadOptions } from './read-options.js';
export { readOptions } from './read-options.js';
export { eager } from './engine/eager-executor.js';
export type { FitOptions } from './run/fit-options.js';
export type { LayerInfo } from './model/observe-layers.js';
export type { ForwardResult, FunctionalModel, TrainableModel } from './model/model.js';
export { loadWeights } from './model/load-weights.js';
export type { PerOutput } from './step/check-objectives.js';
export type { Accumulate } from './run/accumulation.js';
export type { Prediction, PredictionInputs } from './run/prediction.js';
export type { TrainerOptions } from './run/trainer-options.js';
export type { EvaluationOf } from './run/monitor-types.js';
export { Trainer } from './run/trainer.js';
export { prepareTfjs } from './engine/prepare-tfjs.js';
export { firstAvailable, useBackend } from './engine/use-backend.js';
export type { ComposedPlugins, ComposeOptions } from './run/compose.js';
export { compose } from './run/compose.js';
export { toLayersCallback } from './run/layers-callback.js';
