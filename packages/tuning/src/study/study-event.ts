import type { Config } from '@espalier/core';
import type { ParameterValue } from '../space/distributions.js';
import type { Dimension } from '../space/space.js';
import type { Parameters } from '../space/space-types.js';
import type { Direction, Report, TrialRecord } from '../trial/trial-record.js';

/** What a study is: a resumed one must be the same. */
export interface StudyHeader {
  readonly type: 'study';
  readonly version: 1;
  readonly name: string;
  readonly seed: number;
  readonly directions: readonly Direction[];
  readonly space: readonly Dimension[];
  readonly sampler: Config;
  readonly pruner: Config | null;
}

/** The program that made the study, so that it can be started again. */
export interface ProgramEvent {
  readonly type: 'program';
  readonly cwd: string;
  readonly command: readonly string[];
}

/** One thing that happened to a study. The list of all of them, in order, is the study. */
export type StudyEvent =
  | StudyHeader
  | ProgramEvent
  | { readonly type: 'enqueue'; readonly fixed: Readonly<Record<string, ParameterValue>> }
  | {
      readonly type: 'start';
      readonly trial: number;
      readonly horizon: number;
      readonly parameters: Parameters;
      /** Absent where the sampler chose all. */
      readonly fixed?: Readonly<Record<string, ParameterValue>>;
      readonly at: number;
    }
  | ({ readonly type: 'report'; readonly trial: number } & Report)
  | { readonly type: 'note'; readonly trial: number; readonly name: string; readonly value: unknown }
  | ({ readonly type: 'finish'; readonly trial: number; readonly at: number } & Ending);

/** How a trial ended. */
export type Ending = Pick<TrialRecord, 'values' | 'error' | 'constraints'> & {
  readonly state: 'complete' | 'pruned' | 'failed';
};
