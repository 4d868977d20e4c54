import type { Config } from '@espalier/core';
import type { Space } from '../space/space.js';
import type { Direction, TrialRecord } from '../trial/trial-record.js';

/** All that the end of a search may depend on. */
export interface TerminatorRequest {
  readonly space: Pick<Space<unknown>, 'dimensions' | 'isActive'>;
  /** Seed of the study. */
  readonly seed: number;
  /** The finished trials that the next one may look at, by number. */
  readonly finished: readonly TrialRecord[];
  readonly direction: Direction;
}

/** Says when more trials are not worth it: a pure function of what it is asked, so that a search ends where it ended before. */
export interface Terminator {
  /** Its kind and the options that it was made with. */
  readonly config: Config;
  /** Why no more trial is to start; `undefined` to go on. */
  stop(request: TerminatorRequest): string | undefined;
}
