import type { EpochValues, RunHistory } from '../lines/learning-curves.js';

/** What is known of a run whose record was kept whole; the part of a trainer's `RunRecord` that a report shows. */
export interface KeptRecord extends RunHistory {
  readonly seed?: number;
  readonly executor?: string;
  readonly setup?: object;
  readonly events?: readonly RunRemark[];
  readonly status?: string;
  readonly stopReason?: string;
  readonly seconds?: readonly number[];
}

/** A remark of the trainer or of a plugin. */
export interface RunRemark {
  readonly epoch: number;
  readonly source: string;
  readonly message: string;
}

/** A run with its name, as {@link readRun} gives it. */
export interface SavedRun {
  readonly name: string;
  readonly history: KeptRecord;
}

/** Metrics of a run, validation first, `epoch` left out. */
export function metricsOf({ epochs }: RunHistory): string[] {
  const names = new Set(epochs.flatMap((epoch: EpochValues) => Object.keys(epoch)));
  names.delete('epoch');
  return [...names].sort((a, b) => Number(b.startsWith('val_')) - Number(a.startsWith('val_')));
}
