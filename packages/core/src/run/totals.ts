import type { BatchSums } from '../engine/executor.js';
import type { OutputObjective } from '../step/output-objective.js';
import { takeGroup } from '../step/state.js';

/**
 * Sums over an epoch or a data set, added up in float64, and the values they stand for.
 *
 * `loss` is the data loss alone, exact over all examples; `penalty` is the mean over the steps.
 */
export class Totals {
  readonly #objectives: readonly OutputObjective[];
  #sums: Record<string, Float64Array> = {};

  constructor(objectives: readonly OutputObjective[]) {
    this.#objectives = objectives;
  }

  /** Adds the sums of `examples` of a batch, or of several steps. */
  add(sums: BatchSums, examples: number, steps = 1): void {
    this.#of('examples', 1)[0]! += examples;
    this.#of('steps', 1)[0]! += steps;
    for (const name in sums) {
      const values = sums[name]!;
      const total = this.#of(name, values.length);
      for (let i = 0; i < total.length; i++) total[i]! += values[i]!;
    }
  }

  #of(name: string, length: number): Float64Array {
    return (this.#sums[name] ??= new Float64Array(length));
  }

  /** `loss`, metrics, and `penalty` where there are any; several outputs also each under `<output>_<name>`. */
  values(): Record<string, number | number[] | number[][]> {
    if (!this.#sums['examples']) return {};
    const values: Record<string, number | number[] | number[][]> = {};
    const several = this.#objectives.length > 1;
    let total = 0;
    for (const { output, loss: _, lossWeight, metrics } of this.#objectives) {
      const weight = (this.#sums[`weight/${output}`] ?? this.#sums['examples']!)[0]!;
      const loss = weight === 0 ? 0 : this.#sums[`loss/${output}`]![0]! / weight;
      total += lossWeight * loss;
      if (several) values[`${output}_loss`] = loss;
      for (const metric of metrics) {
        const name = several ? `${output}_${metric.name}` : metric.name;
        values[name] = metric.result(takeGroup(this.#sums, `metric/${output}/${metric.name}/`));
      }
    }
    const penalties = Object.values(takeGroup(this.#sums, 'penalty/'));
    const steps = this.#sums['steps']![0]!;
    return {
      loss: total,
      ...values,
      ...(penalties.length ? { penalty: penalties.reduce((sum, p) => sum + p[0]!, 0) / steps } : {}),
    };
  }

  /** The values that are numbers. */
  numbers(): Record<string, number> {
    const entries = Object.entries(this.values());
    return Object.fromEntries(
      entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
    );
  }

  reset(): void {
    this.#sums = {};
  }

  save(): Record<string, number[]> {
    return Object.fromEntries(Object.entries(this.#sums).map(([name, total]) => [name, [...total]]));
  }

  load(saved: Readonly<Record<string, readonly number[]>>): void {
    this.#sums = Object.fromEntries(
      Object.entries(saved).map(([name, total]) => [name, Float64Array.from(total)]),
    );
  }
}
