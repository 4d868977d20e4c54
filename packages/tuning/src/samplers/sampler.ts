import type { Config } from '@espalier/core';
import type { Space } from '../space/space.js';
import type { Parameters } from '../space/space-types.js';
import type { Direction, TrialRecord } from '../trial/trial-record.js';

/** A trial of which a sampler knows the parameters only. */
export interface PendingTrial {
  readonly number: number;
  readonly parameters: Parameters;
}

/** All that a suggestion may depend on. */
export interface SamplerRequest {
  readonly space: Pick<Space<unknown>, 'dimensions' | 'isActive'>;
  /** Seed of the study. */
  readonly seed: number;
  /** Number of the trial, from 0. */
  readonly number: number;
  /** How many trials before this one have asked the sampler, too: `number` less those with all values given. */
  readonly index: number;
  /** The finished trials that it may look at, by number: complete, pruned and failed ones. */
  readonly finished: readonly TrialRecord[];
  /** Earlier trials whose outcome it may not look at, by number. */
  readonly pending: readonly PendingTrial[];
  readonly directions: readonly Direction[];
}

/** Suggests parameters: a pure function of what it is asked. */
export interface Sampler {
  /** Its kind and the options that it was made with. A study is resumed with equal ones. */
  readonly config: Config;
  /** How many trials it has suggestions for. Absent: any number. */
  size?(space: SamplerRequest['space']): number;
  /** A value for each parameter that is active. */
  suggest(request: SamplerRequest): Parameters;
}
