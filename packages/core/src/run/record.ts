/** Numbers by metric name: `loss`, `accuracy`, `val_loss`, ... */
export type EpochLogs = Readonly<Record<string, number>>;

/** One line of a run's history. `epoch` counts from 0. */
export type EpochRecord = EpochLogs & { readonly epoch: number };

/** How a run ended: all epochs done, stopped early by a plugin or signal, or by an error. */
export type RunStatus = 'completed' | 'stopped' | 'failed';

/** A remark of the trainer or of a plugin, e.g. that the learning rate was reduced. */
export interface RunEvent {
  readonly epoch: number;
  readonly step: number;
  /** The plugin's name, or `trainer`. */
  readonly source: string;
  readonly message: string;
}

/** All that is known of a run, as plain JSON. */
export interface RunRecord {
  readonly seed: number;
  /** Name of the executor, e.g. `eager (wasm)`. */
  readonly executor: string;
  readonly epochs: readonly EpochRecord[];
  readonly events: readonly RunEvent[];
  readonly status: RunStatus | 'running';
  readonly stopReason?: string;
  /** Wall seconds of each epoch, validation included; kept apart, being the one thing that differs between equal runs. */
  readonly seconds: readonly number[];
}
