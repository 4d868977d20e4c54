import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { HostArray, HostArrays, Tensors } from '../data/arrays.js';
import type { HostBatch } from '../data/dataset.js';
import type { Json } from '../json.js';
import type { LayerInfo } from '../model/observe-layers.js';
import type { Checkpoint } from './checkpoint.js';
import type { Schedule } from '../step/optimizer.js';
import type { EpochLogs, Evaluation, RunStatus } from './record.js';
import type { Run } from './run.js';
import type { TargetKind } from '../step/loss.js';
import type { StepContext } from '../step/step-context.js';

/** The tensors of one batch. Each is `[N, ...]`, float32 or int32. */
export interface Batch {
  readonly inputs: Tensors;
  readonly targets: Tensors;
  /** `[N]` float32 weights of the examples, by target name. */
  readonly weights?: Tensors;
  /** What the targets are, by name, where a loss says so: see `Loss.targetKind`. */
  readonly targetKinds?: Readonly<Record<string, TargetKind>>;
  /** Inputs that are row numbers of a table, as those of an embedding are, whatever their dtype. */
  readonly lookUps?: readonly string[];
}

/** Numbers of a step, copied only when somebody asks. */
export interface StepLogs {
  /** This step's `loss` and metrics. */
  read(): Promise<EpochLogs>;
  /** `loss` and metrics over the epoch up to this step. */
  running(): Promise<EpochLogs>;
  /** A tensor that was offered with `step.tap(name, ...)`; `undefined` where nobody offered it. */
  tap(name: string): Promise<HostArray | undefined>;
  /** False where a plugin's `acceptStep` refused the step: it changed nothing, and its numbers are in no total. */
  readonly accepted: boolean;
}

/** Tensors that a plugin carries from step to step, e.g. running averages. */
export interface StepState {
  /** @param layers Those of the model, in the order in which it lists them; none of a functional model. */
  init(parameters: Tensors, layers: readonly LayerInfo[]): Tensors;
  /** Pure; called after the optimizer and all `transformParameters`. Must return the same names and shapes. */
  update(state: Tensors, now: StepOutcome, step: StepContext): Tensors;
}

/** What a step came to, as `StepState.update` sees it. */
export interface StepOutcome {
  readonly parameters: Tensors;
  /** The parameters that the step started from. */
  readonly previous: Tensors;
  /** As the optimizer got them. */
  readonly gradients: Tensors;
  /**
   * What the plugin's `observeLayer` gave, by layer; a layer that is applied again gives `<layer>#2`. Of a step of several
   * batches, the last one's.
   */
  readonly layers: Readonly<Record<string, Tensors>>;
}

/** A forward pass over a batch, as `penalizeOutputs` sees it. */
export interface ForwardPass {
  /** As the model got it. */
  readonly batch: Batch;
  /** What the model gave, by output name; gradients flow through it. */
  readonly outputs: Tensors;
  /** The parameters of the model. */
  readonly parameters: Tensors;
  /** The plugin's own tensors: its `parameters`, and its `stepState` before this step. */
  readonly state: Tensors;
  /**
   * What the model gives with other parameters, or for other inputs, gradients and all. Layers draw random numbers of the plugin's
   * own, and what they assign, as batch normalisation its averages, is dropped.
   */
  forward(inputs: Tensors, parameters: Tensors): Tensors;
}

/** A step as `acceptStep` sees it: what it would come to. */
export interface ProposedStep extends Omit<StepOutcome, 'layers'> {
  /** The objective: data loss and penalties. */
  readonly loss: Scalar;
}

/** What a plugin saves in a checkpoint: plain JSON and named arrays. */
export interface PluginState {
  readonly json?: unknown;
  readonly arrays?: Readonly<Record<string, HostArray>>;
}

/** One batch of a validation, with what the model gave for it. */
export interface ValidationBatch {
  /** The examples, by the names of the model's inputs and outputs. */
  readonly examples: HostBatch;
  /** `[N, ...]` by output name, in plain memory. */
  readonly outputs: HostArrays;
}

/** A pass over data outside a run: `evaluate` or `predict`. */
export interface DataPass {
  /** Number of examples; `undefined` for a stream of unknown length. */
  readonly examples: number | undefined;
  readonly batchSize: number;
}

/**
 * A training plugin: a plain object made by a factory function. Every hook is optional, and an absent one costs nothing.
 *
 * Hooks between steps observe and ask; they may be async and are awaited in order. Hooks inside the step are pure,
 * synchronous functions of tensors: they read nothing back, draw nothing at random and keep nothing, and are traced once
 * by the compiled executor. `hooks.ts` says of each how those of several plugins are combined.
 *
 * @typeParam Monitors Names of metrics that the plugin needs the run to produce.
 * @typeParam Logs Names that it logs itself.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- `any` accepts a plugin with whatever names; the trainer checks them.
export interface Plugin<Monitors extends string = any, Logs extends string = any> {
  /** Unique in a run; prefixes its log lines, errors and checkpoint entries. */
  readonly name: string;
  /** `pre` runs before all others, `post` after; ties keep list order. */
  readonly enforce?: 'pre' | 'post';
  /** The options it was made with: records, checkpoints and reports show them. */
  readonly config?: Json;
  /** Metrics that it reads: unknown ones are an error before the first step. */
  readonly monitors?: readonly Monitors[];
  /** Names that it gives to `run.log`, so that others may monitor them. */
  readonly logs?: readonly Logs[];
  /** Numbers that vary by step; inside the step `step.scalar(name)` finds them. */
  readonly scalars?: Readonly<Record<string, Schedule>>;
  /**
   * Parameters of the plugin's own, float32, with what every run starts them from. The optimizer trains them with the model's, as
   * `plugins/<plugin>/<name>`; other plugins do not see them. `run.stepState(plugin)` reads them.
   */
  readonly parameters?: HostArrays;

  /**
   * First. A plugin starts clean here, whatever it did before.
   *
   * @param saved Where the run resumes from a checkpoint: what `saveState` gave then, if it gave anything. The run stands
   *   where the checkpoint was taken already.
   */
  onFitStart?(run: Run, saved?: PluginState): void | Promise<void>;
  /** Not for the rest of an epoch that a resumed run had begun before. */
  onEpochStart?(run: Run): void | Promise<void>;
  onStepStart?(run: Run): void | Promise<void>;
  onStepEnd?(run: Run, logs: StepLogs): void | Promise<void>;
  onValidationStart?(run: Run): void | Promise<void>;
  /** Each batch of a validation with the model's outputs, which are copied only where a plugin has this hook. */
  onValidationBatch?(run: Run, batch: ValidationBatch): void | Promise<void>;
  /** After each validation, with the `val_` metrics. */
  onValidationEnd?(run: Run, logs: EpochLogs): void | Promise<void>;
  /** With everything of the epoch; what is logged now still joins it. */
  onEpochEnd?(run: Run, logs: EpochLogs): void | Promise<void>;
  /** After a checkpoint was taken, before it is given to whoever asked. */
  onCheckpoint?(run: Run, checkpoint: Checkpoint): void | Promise<void>;
  /** After the last step, unless an error ended the run; its weights are still those that training reached. */
  onTrainEnd?(run: Run, status: RunStatus): void | Promise<void>;
  /**
   * The weights, by name, that the run ends with: the best ones, averages. Asked after every `onTrainEnd` and before the first
   * `onFitEnd`, unless an error ended the run. Of several plugins that give any, the last wins.
   */
  finalWeights?(run: Run, status: RunStatus): HostArrays | undefined | Promise<HostArrays | undefined>;
  /** The run failed; it stands after the last whole step. */
  onError?(run: Run, error: unknown): void | Promise<void>;
  /** Always runs, last, however the run ended. */
  onFitEnd?(run: Run, status: RunStatus): void | Promise<void>;

  /** Around `Trainer.evaluate`. */
  onEvaluateStart?(pass: DataPass): void | Promise<void>;
  /** With the values; not when an error ended it. */
  onEvaluateEnd?(pass: DataPass, values: Evaluation): void | Promise<void>;
  /** Around `Trainer.predict`. */
  onPredictStart?(pass: DataPass): void | Promise<void>;
  /** Not when an error ended it. */
  onPredictEnd?(pass: DataPass): void | Promise<void>;

  transformBatch?(batch: Batch, step: StepContext): Batch;
  /**
   * Looks at the output of each layer of a LayersModel in the forward pass of a training step. What it returns is given to the
   * plugin's `stepState`; no gradient flows through it.
   */
  observeLayer?(output: Tensor, layer: LayerInfo, step: StepContext): Tensors | undefined;
  /** A differentiable term of the objective, reported apart from the data loss. */
  penalty?(parameters: Tensors, step: StepContext): Scalar;
  /**
   * A differentiable term of the objective from what a layer of a LayersModel gives: the mean over the examples of `output`, `[N, ...]`.
   * Asked each time that a layer is applied, in training and in evaluation; the terms of all layers are added and reported as a penalty.
   */
  penalizeLayer?(output: Tensor, layer: LayerInfo, step: StepContext): Scalar | undefined;
  /** A differentiable term of the objective from what the model gives for a batch: the mean over its examples. Reported as a penalty. */
  penalizeOutputs?(pass: ForwardPass, step: StepContext): Scalar;
  /**
   * The losses of a training step, by output, as they are to be added up; what is reported as loss stays what it is.
   *
   * @param losses The mean loss of each output, times its `lossWeights`.
   * @param own The plugin's own tensors: its `parameters`, and its `stepState`.
   */
  weighLosses?(
    losses: Readonly<Record<string, Scalar>>,
    own: Tensors,
    step: StepContext,
  ): Readonly<Record<string, Scalar>>;
  /**
   * Other parameters, at which the gradients are taken that the step then applies to `parameters`: a second forward and backward
   * pass, with the same random numbers. Loss, metrics and what layers assign are those of the first. It needs `accumulate: 1`.
   *
   * @param gradients Those at `parameters`.
   */
  perturbParameters?(parameters: Tensors, gradients: Tensors, step: StepContext): Tensors;
  /** `gradients` has an entry for each trainable parameter that the objective depends on. A parameter without one stays as it is. */
  transformGradients?(gradients: Tensors, parameters: Tensors, step: StepContext, state?: Tensors): Tensors;
  /**
   * After the optimizer: proximal maps, decoupled decay, constraints. `previous` is before the optimizer.
   *
   * @param state Here and above: the plugin's own tensors as its `stepState` left them in the step before. None in a loop of one's own.
   */
  transformParameters?(parameters: Tensors, previous: Tensors, step: StepContext, state?: Tensors): Tensors;
  /**
   * Whether the step counts: a scalar, 0 where it is to change nothing: parameters, slots, running averages and the state of plugins
   * stay as they were. Of several plugins each must accept it. It needs `accumulate: 1`.
   */
  acceptStep?(step: ProposedStep, context: StepContext): Scalar;
  readonly stepState?: StepState;
  /**
   * The parameters that validation and prediction during the run use in place of the trained ones, e.g. their averages.
   *
   * @param state The plugin's own tensors, as its `stepState` left them.
   */
  evaluationParameters?(parameters: Tensors, state: Tensors, step: StepContext): Tensors;

  /** What the plugin needs to resume exactly; `onFitStart` gets it back. */
  saveState?(): PluginState;
}
