import type { Parameters } from '../space/space-types.js';
import type { Space } from '../space/space.js';
import type { Direction, TrialRecord } from '../trial/trial-record.js';
import type { SamplerRequest } from './sampler.js';

/** A finished trial for tests. */
export function finishedTrial(
  number: number,
  parameters: Parameters,
  value: number,
  more: Partial<TrialRecord> = {},
): TrialRecord {
  return {
    number,
    state: 'complete',
    parameters,
    horizon: number,
    fixed: {},
    values: [value],
    constraints: [],
    reports: [],
    notes: {},
    started: 0,
    ...more,
  };
}

/** A request for the trial after some finished ones. */
export function request<P>(
  space: Space<P>,
  finished: readonly TrialRecord[] = [],
  more: Partial<SamplerRequest> = {},
): SamplerRequest {
  const directions: Direction[] = ['minimize'];
  const number = finished.length;
  return { space, seed: 1, number, index: number, finished, pending: [], directions, ...more };
}
