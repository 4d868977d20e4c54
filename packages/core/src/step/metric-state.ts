import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { fail } from '../errors.js';
import { toHostArrays } from './state.js';
import { KeptRows } from './kept-rows.js';
import type { Metric, MetricBatch, MetricTotals } from './metric.js';

/** What a {@link MetricState} holds, as plain JSON. */
export interface MetricSnapshot {
  readonly sums: Readonly<Record<string, readonly number[]>>;
  readonly rows: Readonly<Record<string, readonly number[]>>;
}

/** Examples whose rows a metric keeps that does not say how many. */
export const MAX_EXAMPLES = 1_000_000;

/**
 * A metric outside a trainer: adds up batches, joins what others have added up (other workers, other parts of the data), and gives
 * the value over all of it.
 *
 * @example
 * ```ts
 * const state = new MetricState(accuracy());
 * await state.add({ outputs: logits, targets: labels });
 * const other = MetricState.load(accuracy(), state.save()); // elsewhere
 * state.merge(other);
 * console.log(state.result());
 * ```
 */
export class MetricState<Value = number | number[] | number[][]> {
  readonly #metric: Metric<string, Value>;
  readonly #sums: Record<string, Float64Array> = {};
  readonly #rows = new KeptRows();

  constructor(metric: Metric<string, Value>) {
    this.#metric = metric;
  }

  /**
   * Adds a batch; the tensors stay the caller's.
   *
   * @throws EspalierError what the metric's `sums` throws, and `invalid-data` for more examples than it keeps.
   */
  async add(batch: MetricBatch): Promise<void> {
    const { sums, rows } = tf.tidy(() => ({
      sums: copies(this.#metric.sums(batch)),
      rows: copies(this.#metric.rows?.(batch) ?? {}),
    }));
    try {
      for (const [name, { data }] of Object.entries(await toHostArrays(sums))) this.#addSum(name, data);
      const { maxExamples = MAX_EXAMPLES, name: own } = this.#metric;
      for (const [name, array] of Object.entries(await toHostArrays(rows)))
        this.#rows.add(`${own}/${name}`, array, maxExamples);
    } finally {
      tf.dispose([Object.values(sums), Object.values(rows)]);
    }
  }

  /** Adds what another state of the same metric has. */
  merge(other: MetricState<Value>): void {
    if (other.#metric.name !== this.#metric.name) {
      fail(
        'invalid-option',
        'metric-state',
        `a state of '${other.#metric.name}' cannot be merged into one of '${this.#metric.name}'.`,
      );
    }
    for (const [name, sum] of Object.entries(other.#sums)) this.#addSum(name, sum);
    this.#addRows(other.#rows.all());
  }

  /** The value over everything added so far. @throws EspalierError `invalid-data` where that is nothing. */
  result(): Value {
    const rows = this.#rows.all();
    const prefix = this.#metric.name.length + 1;
    const totals: MetricTotals = {
      ...this.#sums,
      ...Object.fromEntries(Object.entries(rows).map(([name, values]) => [name.slice(prefix), values])),
    };
    if (Object.keys(totals).length === 0) {
      fail('invalid-data', 'metric-state', `'${this.#metric.name}' has seen no batch; add one first.`);
    }
    return this.#metric.result(totals);
  }

  save(): MetricSnapshot {
    const plain = (arrays: Readonly<Record<string, Float64Array>>) =>
      Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, [...values]]));
    return { sums: plain(this.#sums), rows: plain(this.#rows.all()) };
  }

  /** The state that `save` gave, of a metric made with the same options. */
  static load<Value>(metric: Metric<string, Value>, saved: MetricSnapshot): MetricState<Value> {
    const state = new MetricState(metric);
    for (const [name, values] of Object.entries(saved.sums)) state.#addSum(name, values);
    state.#addRows(saved.rows);
    return state;
  }

  #addSum(name: string, values: ArrayLike<number>): void {
    const total = (this.#sums[name] ??= new Float64Array(values.length));
    for (let i = 0; i < total.length; i++) total[i]! += values[i]!;
  }

  /** Rows of examples: every name of a metric has as many. */
  #addRows(rows: Readonly<Record<string, ArrayLike<number>>>): void {
    const { maxExamples = MAX_EXAMPLES } = this.#metric;
    // The shortest is one number an example.
    const examples = Math.min(...Object.values(rows).map(({ length }) => length));
    for (const [name, data] of Object.entries(rows))
      this.#rows.add(name, { data, shape: [examples] }, maxExamples);
  }
}

/** What a metric gives may be a tensor that it was given. */
function copies(tensors: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tf.clone(tensor)]));
}
