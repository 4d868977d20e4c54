import type { HostArray } from '../data/arrays.js';
import { failData } from '../data/shapes.js';

/** Rows of a metric in plain memory, one batch after the other: 8 bytes a number, in memory that doubles as they grow. */
export class KeptRows {
  #values: Record<string, Float64Array> = {};
  #lengths: Record<string, number> = {};
  #examples: Record<string, number> = {};

  get isEmpty(): boolean {
    return Object.keys(this.#lengths).length === 0;
  }

  /**
   * @param most Examples that may be kept.
   * @throws EspalierError `invalid-data` where they are more.
   */
  add(
    name: string,
    { data, shape }: Pick<HostArray, 'shape'> & { data: ArrayLike<number> },
    most: number,
  ): void {
    const examples = (this.#examples[name] ?? 0) + shape[0]!;
    if (examples > most) {
      failData(
        name.split('/').at(-2) ?? name,
        `it keeps the outputs of at most ${most} examples to be exact, and the data have more. Raise \`maxExamples\` ` +
          '(memory: 8 bytes for each number), or measure with `thresholds` where the metric has them.',
      );
    }
    const length = this.#lengths[name] ?? 0;
    let values = this.#values[name] ?? new Float64Array(0);
    if (values.length < length + data.length) {
      const grown = new Float64Array(Math.max(2 * values.length, length + data.length));
      grown.set(values.subarray(0, length));
      this.#values[name] = values = grown;
    }
    values.set(data, length);
    this.#lengths[name] = length + data.length;
    this.#examples[name] = examples;
  }

  /** All rows by name; they hold until more are added. */
  all(): Record<string, Float64Array> {
    return Object.fromEntries(
      Object.keys(this.#lengths).map((name) => [name, this.#values[name]!.subarray(0, this.#lengths[name])]),
    );
  }
}
