import type { DataChecker } from '../data/data-checks.js';
import type { Executor, ExecutorSession } from '../engine/executor.js';
import type { BoundModel } from '../model/bound-model.js';
import type { LossReduction } from '../step/loss-terms.js';
import type { OutputObjective } from '../step/output-objective.js';
import type { Optimizer } from '../step/optimizer.js';
import type { Accumulation } from './accumulation.js';
import type { ScalarSource } from '../step/scalars.js';
import type { TrainingProgram } from '../step/training-program.js';
import type { PluginDriver } from './plugin-driver.js';

/** The parts of a trainer, put together. */
export interface TrainerParts {
  /** The model as the user gave it. */
  readonly source: object;
  readonly model: BoundModel;
  readonly objectives: readonly OutputObjective[];
  readonly program: TrainingProgram;
  readonly driver: PluginDriver;
  readonly optimizer: Optimizer;
  readonly executor: Executor;
  readonly checker: DataChecker;
  readonly scalars: ScalarSource;
  readonly seed: number;
  readonly accumulate: Accumulation;
  readonly lossReduction: LossReduction;
  /** The session of the run that goes on, which has its weights. */
  readonly running: { session: ExecutorSession | undefined };
}
