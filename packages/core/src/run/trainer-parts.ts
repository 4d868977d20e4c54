import type { BoundModel } from '../model/bound-model.js';
import type { DataChecker } from '../data/data-checks.js';
import type { Executor } from '../engine/executor.js';
import type { Optimizer } from '../step/optimizer.js';
import type { PluginDriver } from './plugin-driver.js';
import type { OutputObjective } from '../step/objectives.js';
import type { TrainingProgram } from '../step/training-program.js';

/** What `Trainer.evaluate` gives: `loss` and every metric, `penalty` where there are penalties. */
export type Evaluation = Readonly<Record<string, number | number[] | number[][]>>;

/** The parts of a trainer, put together. */
export interface TrainerParts {
  readonly model: BoundModel;
  readonly objectives: readonly OutputObjective[];
  readonly program: TrainingProgram;
  readonly driver: PluginDriver;
  readonly optimizer: Optimizer;
  readonly executor: Executor;
  readonly checker: DataChecker;
  readonly seed: number;
}
