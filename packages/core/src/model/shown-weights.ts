import * as tf from '@tensorflow/tfjs-core';
import type { ExecutorSession } from '../engine/executor.js';
import { PARAMETERS, VARIABLES, weightsOf } from '../step/state.js';
import type { BoundModel } from './bound-model.js';
import { syncModel, writeWeights } from './weights.js';

/**
 * The model's variables while a run has its weights elsewhere: those of the run are written to them when somebody looks, and not each
 * time that somebody could. All of a variable is reached through its `dataId`, which is watched.
 */
export class ShownWeights {
  readonly #session: ExecutorSession;
  readonly #model: BoundModel;
  readonly #watched: (() => void)[] = [];
  readonly #backend = tf.getBackend();
  /** Whether the session's state can be read at once. */
  #atOnce: boolean | undefined;
  /** The variables are to be written before somebody sees them. */
  #stale = false;

  constructor(session: ExecutorSession, model: BoundModel) {
    this.#session = session;
    this.#model = model;
  }

  /** From here on whoever looks sees the weights that the run has then. */
  show(): void | Promise<void> {
    this.#atOnce ??= this.#session.readStateNow?.(PARAMETERS) !== undefined;
    if (!this.#atOnce) return syncModel(this.#session, this.#model);
    this.#watch();
    this.#stale = true;
  }

  /** Writes the last weights, and leaves the variables as they were made. */
  async end(): Promise<void> {
    this.#stale = false;
    for (const unwatch of this.#watched.splice(0)) unwatch();
    await syncModel(this.#session, this.#model);
  }

  #watch(): void {
    if (this.#watched.length > 0) return;
    for (const variable of Object.values(this.#model.weights())) {
      let { dataId } = variable;
      const common = { configurable: true, enumerable: true };
      Object.defineProperty(variable, 'dataId', {
        ...common,
        get: () => {
          if (this.#stale) this.#write();
          return dataId;
        },
        set: (next: tf.DataId) => (dataId = next),
      });
      this.#watched.push(() =>
        Object.defineProperty(variable, 'dataId', { ...common, writable: true, value: dataId }),
      );
    }
  }

  #write(): void {
    // Where a step is being traced, on a backend without numbers, nobody sees any.
    if (tf.getBackend() !== this.#backend) return;
    this.#stale = false;
    const read = (prefix: string) => this.#session.readStateNow!(prefix)!;
    writeWeights(weightsOf({ ...read(PARAMETERS), ...read(VARIABLES) }), this.#model);
  }
}
