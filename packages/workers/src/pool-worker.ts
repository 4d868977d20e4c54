import { EspalierError, isEspalierError } from '@espalier/core';
import { type Connection, connect, type WorkerLike } from './connection.js';
import type { FromWorker, RunMessage } from './messages.js';
import { buffersIn } from './sendable.js';

/** A run as a worker of the pool sees it. */
interface Assignment {
  readonly id: number;
  readonly job: string;
  readonly options: unknown;
  readonly stepInterval: number | undefined;
  take(message: RunMessage): void;
  fail(error: unknown): void;
  /** The worker has no more to do with it. */
  done(): void;
}

/** A worker of a pool and the one run it does. */
export class PoolWorker {
  readonly #leave: () => void;
  readonly #startSeconds: number;
  #connection: Connection | undefined;
  #ready = false;
  #current: Assignment | undefined;
  /** A wish to stop that came before the worker could hear it. */
  #early: string | undefined;
  #startError: unknown;
  #deadline: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param startSeconds How long it may take until it serves.
   * @param leave Takes this worker out of its pool.
   */
  constructor(start: () => WorkerLike, startSeconds: number, leave: () => void) {
    this.#leave = leave;
    this.#startSeconds = startSeconds;
    try {
      this.#connection = connect(start(), {
        message: (message) => this.#take(message),
        gone: (reason) => this.#gone(reason),
      });
    } catch (error) {
      this.#startError = isEspalierError(error) ? error : cannotStart(error);
    }
  }

  get idle(): boolean {
    return this.#ready && this.#current === undefined;
  }

  begin(assignment: Assignment): void {
    this.#current = assignment;
    if (!this.#connection) {
      this.#gone(this.#startError);
      return;
    }
    this.#connection.hold(true);
    if (this.#ready) this.#send();
    else
      this.#deadline ??= setTimeout(
        () => void this.terminate(silent(this.#startSeconds)),
        1000 * this.#startSeconds,
      );
  }

  stop(id: number, reason: string): void {
    if (this.#current?.id !== id) return;
    if (this.#ready) this.#connection!.post({ type: 'stop', id, reason });
    else this.#early ??= reason;
  }

  /** Ends the worker in the middle of its run. */
  async terminate(reason: EspalierError): Promise<void> {
    const ending = this.#connection?.end();
    this.#gone(reason);
    await ending;
  }

  /** Ends the worker when it has no run. */
  async end(): Promise<void> {
    this.#leave();
    await this.#connection?.end();
  }

  #send(): void {
    const { id, job, options, stepInterval } = this.#current!;
    this.#connection!.post(
      { type: 'run', id, job, options, stepInterval },
      // The options are the pool's own copy.
      buffersIn(options, 'the options'),
    );
    if (this.#early !== undefined) this.stop(id, this.#early);
    this.#early = undefined;
  }

  #take(message: FromWorker): void {
    if (message.type === 'ready' && !this.#ready) {
      clearTimeout(this.#deadline);
      this.#ready = true;
      if (this.#current) this.#send();
    }
    const current = this.#current;
    if (message.type !== 'about' || !current || message.id !== current.id) return;
    current.take(message.message);
    if (message.message.type !== 'result' && message.message.type !== 'failed') return;
    this.#current = undefined;
    this.#connection!.hold(false);
    current.done();
  }

  #gone(reason: unknown): void {
    clearTimeout(this.#deadline);
    const current = this.#current;
    this.#current = undefined;
    this.#ready = false;
    this.#leave();
    if (!current) {
      console.warn(`An idle worker ended. ${String(reason)}`);
      return;
    }
    current.fail(reason);
    current.done();
  }
}

function silent(seconds: number): EspalierError {
  const message =
    `the worker has not begun to serve after ${seconds} s: its module must call serveRuns, and not wait for anything before ` +
    'that takes longer (or raise startSeconds).';
  return new EspalierError({ code: 'execution-failed', scope: 'workers', message });
}

function cannotStart(cause: unknown): EspalierError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const message = `the worker could not be started: ${text}; look at the function given to workerPool.`;
  return new EspalierError({ code: 'execution-failed', scope: 'workers', message, cause });
}
