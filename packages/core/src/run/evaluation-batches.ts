import { sizeOf } from '../data/arrays.js';
import type { BatchNamer } from '../data/batch-names.js';
import type { DataChecker } from '../data/data-checks.js';
import type { Dataset, HostBatch } from '../data/dataset.js';
import type { DataStream } from '../data/data-stream.js';
import type { EpochOptions } from '../data/epoch-batches.js';
import { isPromise, type MaybePromise } from '../data/maybe-promise.js';
import { isStream, openEpoch } from '../data/open-epoch.js';

/** Numbers of a data set whose batches are kept, at most. */
const FEW = 2 ** 18;

/** The batches of an evaluation, in order. */
interface OpenBatches {
  next(): MaybePromise<HostBatch | undefined>;
  close(): void | Promise<void>;
}

/**
 * The batches of a data set that is evaluated, as the model wants them and checked. Those of a small one in memory are made once, for
 * all evaluations: an epoch of a small model takes less time than making them.
 */
export class EvaluationBatches {
  readonly #checker: DataChecker;
  readonly #data: Dataset | DataStream;
  readonly #rename: BatchNamer;
  readonly #keeps: boolean;
  #kept: readonly HostBatch[] | undefined;

  constructor(checker: DataChecker, data: Dataset | DataStream, rename: BatchNamer) {
    this.#checker = checker;
    this.#data = data;
    this.#rename = rename;
    this.#keeps = !isStream(data) && (data.inMemory ?? data.arrays !== undefined) && numbersIn(data) <= FEW;
  }

  /** @param options Alike each time. */
  open(options: Pick<EpochOptions, 'batchSize' | 'seed'>): OpenBatches {
    const kept = this.#kept;
    if (kept) {
      let at = 0;
      return { next: () => kept[at++], close: () => undefined };
    }
    const batches = openEpoch(this.#data, { ...options, epoch: 0, shuffle: false });
    const made: HostBatch[] = [];
    const prepared = (fetched: HostBatch | undefined): HostBatch | undefined => {
      if (!fetched) {
        if (this.#keeps) this.#kept = made;
        return undefined;
      }
      const batch = this.#rename(fetched);
      this.#checker.checkBatch(this.#data, batch);
      if (this.#keeps) made.push(batch);
      return batch;
    };
    return {
      next() {
        const fetched = batches.next();
        return isPromise(fetched) ? fetched.then(prepared) : prepared(fetched);
      },
      close: () => batches.close(),
    };
  }
}

function numbersIn({ size, inputs, targets }: Dataset): number {
  const specs = [...Object.values(inputs), ...Object.values(targets)];
  return size * specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}
