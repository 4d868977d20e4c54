import type { Direction, EpochLogs, EpochRecord, RunEvent, RunSetup, RunStatus } from '@espalier/core';
import type { ObservingHook } from '@espalier/core/internal';
import type { WireError } from './wire-error.js';

/** Hooks of a run that the main thread is told of. */
export type TellingHook = Exclude<
  ObservingHook,
  'onValidationBatch' | 'onCheckpoint' | `onEvaluate${string}` | `onPredict${string}`
>;

/** Where a run stands. `epoch` and `step` count as in `Run` of `@espalier/core`. */
export interface RunPosition {
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly stepInEpoch: number;
  readonly stepsPerEpoch: number;
  readonly learningRate: number;
}

/** One hook of a run, as told to the main thread. */
export interface HookMessage {
  readonly type: 'hook';
  readonly hook: TellingHook;
  readonly position: RunPosition;
  /** What has joined the run's record since the last message. */
  readonly added: {
    readonly epochs: readonly EpochRecord[];
    readonly events: readonly RunEvent[];
    readonly seconds: readonly number[];
  };
  readonly stopReason?: string;
  /** With `onFitStart`. */
  readonly start?: {
    readonly seed: number;
    readonly executor: string;
    readonly setup: RunSetup;
    readonly metricNames: readonly string[];
    readonly directions: Readonly<Record<string, Direction | undefined>>;
  };
  /** With `onStepEnd`, `onValidationEnd` and `onEpochEnd`. */
  readonly logs?: EpochLogs;
  /** With `onError`. */
  readonly error?: WireError;
  /** With `onTrainEnd` and `onFitEnd`. */
  readonly status?: RunStatus;
}

/** What the main thread tells a worker. */
export type ToWorker =
  | {
      readonly type: 'run';
      readonly id: number;
      readonly job: string;
      readonly options: unknown;
      /** Milliseconds between two `onStepEnd`; `undefined` where nobody listens. */
      readonly stepInterval: number | undefined;
    }
  | { readonly type: 'stop'; readonly id: number; readonly reason: string };

/** What a worker tells about a run. */
export type RunMessage =
  | HookMessage
  | { readonly type: 'report'; readonly value: unknown }
  | { readonly type: 'result'; readonly value: unknown }
  | { readonly type: 'failed'; readonly error: WireError };

/** What a worker tells the main thread. */
export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'closing' }
  | { readonly type: 'about'; readonly id: number; readonly message: RunMessage };

/** A message in its envelope, so that it is not taken for one of the program's own. */
export interface Envelope<M> {
  readonly espalier: 'workers';
  readonly message: M;
}

export function envelope<M>(message: M): Envelope<M> {
  return { espalier: 'workers', message };
}

/** The message of an envelope; `undefined` for whatever else went through the port. */
export function opened<M>(data: unknown): M | undefined {
  const { espalier, message } = (data ?? {}) as Partial<Envelope<M>>;
  return espalier === 'workers' ? message : undefined;
}
