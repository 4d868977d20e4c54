import { checkOptions } from '@espalier/core';

/** Names of a study's keys in Redis. */
export interface StudyKeys {
  /** List of all events. */
  readonly events: string;
  /** Says which process has the study. */
  readonly lock: string;
  /** Hash of bytes. */
  readonly entries: string;
  /** What a trial told of and the study has not recorded yet. */
  log(trial: number): string;
  /** Of BullMQ. */
  readonly queue: string;
}

/** What BullMQ's own keys begin with. */
export const PREFIX = 'espalier-trials';

/** @throws EspalierError `invalid-option` for a name that BullMQ does not take. */
export function studyKeys(scope: string, study: string): StudyKeys {
  const check = checkOptions(scope);
  check.text('study', study);
  if (/[:{}]/.test(study)) check.fail('study', 'a name without : { }', study);
  // Braces: on a Redis cluster all keys of a study lie on one node.
  const key = (name: string) => `espalier-study:{${study}}:${name}`;
  return {
    events: key('events'),
    lock: key('lock'),
    entries: key('entries'),
    log: (trial) => key(`trial-${trial}`),
    queue: study,
  };
}

/** BullMQ's name of a trial's job. */
export const jobOf = (trial: number): string => `trial-${trial}`;
