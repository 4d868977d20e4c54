import type { Plugin } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { RunMessage } from './messages.js';
import { tellingPlugin } from './telling-plugin.js';
import { buffersIn, notSendable } from './sendable.js';

/** What a job gets beside its options: the way to whoever started it. */
export interface Job<Report = unknown> {
  /** Fires when the main thread asked to stop; its `reason` is the text given there. */
  readonly signal: AbortSignal;
  /**
   * A plugin that tells the main thread of the run (its epochs, steps, remarks) and stops it after the current step when the
   * main thread asks. It has no hook inside the step, and looks at steps only where somebody listens.
   *
   * @param options `name` in the run, default `worker`.
   * @throws EspalierError `invalid-option`.
   */
  plugin(options?: { readonly name?: string }): Plugin<never, never>;
  /**
   * Sends something of your own to `onReport`: plain values and typed arrays.
   *
   * @throws EspalierError `invalid-data` for what cannot be copied to another thread.
   */
  report(value: Report): void;
  /**
   * Marks arrays to be moved when the result is sent, not copied. They are empty in the worker from then on.
   *
   * @param value The result, or arrays in it.
   * @returns `value`.
   */
  transfer<T>(value: T): T;
}

/** A function that runs in a worker: options in, result out, both plain values and typed arrays. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- `any` accepts a job with whatever options and reports.
export type JobFunction = (options: any, job: Job<any>) => unknown;

/** Jobs by name. */
export type Jobs = Readonly<Record<string, JobFunction>>;

/** A job being done, from the worker's side. */
export interface RunningJob {
  readonly job: Job;
  /** Buffers that {@link Job.transfer} named. */
  readonly transferred: ReadonlySet<ArrayBuffer>;
  stop(reason: string): void;
}

/** @param tell Sends a message about this job; throws where it cannot be copied. */
export function runningJob(
  tell: (message: RunMessage) => void,
  stepInterval: number | undefined,
): RunningJob {
  const controller = new AbortController();
  const { signal } = controller;
  const transferred = new Set<ArrayBuffer>();
  return {
    transferred,
    stop: (reason) => controller.abort(reason),
    job: {
      signal,
      plugin(options = {}) {
        const { name } = readOptions('workers', options, { name: option.text({ default: 'worker' }) }).values;
        return tellingPlugin({ name, tell, signal, stepInterval });
      },
      report(value) {
        buffersIn(value, 'the report');
        try {
          tell({ type: 'report', value });
        } catch (error) {
          throw notSendable('the report', error);
        }
      },
      transfer(value) {
        for (const buffer of buffersIn(value, 'what transfer() got')) transferred.add(buffer);
        return value;
      },
    },
  };
}
