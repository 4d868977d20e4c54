import type { BoundModel } from './bound-model.js';
import type { DataChecker } from './data-checks.js';
import type { Executor } from './executor.js';
import type { Optimizer } from './optimizer.js';
import type { PluginDriver } from './plugin-driver.js';
import type { OutputObjective, TrainingProgram } from './training-program.js';

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
