import type { Config, EpochLogs, Json, RunEvent, RunStatus } from '@espalier/core';

/** Where numbers belong. */
export interface TrackedAt {
  /** From 0. */
  readonly epoch: number;
  /** Steps done. */
  readonly step: number;
}

/** A run that is being followed. */
export interface TrackedRun {
  /** What it was made of, by names such as `optimizer.learningRate`. */
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  /** What `saveState` gave, where the run resumes from a checkpoint. */
  readonly saved?: Json;
  /** Where it stands: numbers of later steps, which an earlier attempt may have given, come again. */
  readonly at: TrackedAt;
}

/**
 * Something that keeps what runs log, such as an experiment tracker; see {@link track}. Methods are awaited in order.
 */
export interface Tracker {
  /** For messages, e.g. `mlflow`. */
  readonly name: string;
  readonly config?: Config;
  start(run: TrackedRun): void | Promise<void>;
  /** Numbers by metric, as epoch logs name them; those of single steps begin with `batch_`. */
  log(values: EpochLogs, at: TrackedAt): void | Promise<void>;
  /** A remark in the run's record. */
  note?(event: RunEvent): void | Promise<void>;
  end(status: RunStatus, reason?: string): void | Promise<void>;
  /** What it needs to go on with the same run elsewhere. */
  saveState?(): Json;
}
