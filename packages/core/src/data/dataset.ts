import type { HostArrays } from './arrays.js';

/** What one named part of an example is. */
export interface ArraySpec {
  /** Shape of one example, without the batch dimension. */
  readonly shape: readonly number[];
  /** Dtype of its tensor. */
  readonly dtype: 'float32' | 'int32';
}

/** Some examples in plain memory: every array is `[N, ...]` with the same N. */
export interface HostBatch {
  readonly inputs: HostArrays;
  readonly targets: HostArrays;
  /** `[N]` float32 weights of the examples, by target name. */
  readonly weights?: HostArrays;
}

/**
 * Examples by number. The trainer decides the order and the batches; a data set only fetches.
 *
 * A data set with one input and one target may call them what it likes (`input`, `target` by custom): a model with one
 * input and one output takes them. Several are matched with the model's inputs and outputs by name.
 */
export interface Dataset {
  /** Number of examples. */
  readonly size: number;
  readonly inputs: Readonly<Record<string, ArraySpec>>;
  readonly targets: Readonly<Record<string, ArraySpec>>;
  /** Names of the classes, in label order, where there are any. */
  readonly classNames?: readonly string[];
  /**
   * The examples of these numbers, in this order. Their memory may be used again for the next batch, unless the set is `inMemory` or
   * answers later. Arrays may say that they are
   * `rows` of larger ones and copy when they are read.
   */
  batch(indices: Uint32Array): HostBatch | Promise<HostBatch>;
  /** Whether fetching a batch only copies memory, so that all examples can be checked before the first step. */
  readonly inMemory?: boolean;
  /** Batches that are fetched ahead, several at a time, where `batch` answers later. Default 1. */
  readonly prefetch?: number;
  /** Everything, where it is in memory already; not a copy. Lets data be checked once and handed over once. */
  readonly arrays?: HostBatch;
}
