import type { BoundModel } from '../model/bound-model.js';
import type { PluginDriver } from '../run/plugin-driver.js';
import type { LossReduction } from './loss-terms.js';
import type { Optimizer } from './optimizer.js';
import type { OutputObjective } from './output-objective.js';

/** What a training step is made of. */
export interface ProgramParts {
  readonly model: BoundModel;
  readonly optimizer: Optimizer;
  readonly objectives: readonly OutputObjective[];
  readonly driver: PluginDriver;
  readonly lossReduction: LossReduction;
  /** Whether gradients of several batches make one step. */
  readonly accumulates: boolean;
}
