import type { HostArrays } from '../data/arrays.js';
import type { BatchSums } from '../engine/executor.js';
import { KeptRows } from '../step/kept-rows.js';
import { MAX_EXAMPLES } from '../step/metric-state.js';
import type { OutputObjective } from '../step/output-objective.js';
import { ACCEPTED, BATCH_PENALTY, takeGroup } from '../step/state.js';
import { numbersOf } from './vectors.js';

/**
 * Sums over an epoch or a data set, added up in float64, and the values they stand for.
 *
 * `loss` is the data loss alone, exact over all examples; `penalty` is the mean over the steps, of what depends
 * on the batch that over the examples.
 */
export class Totals {
  readonly #objectives: readonly OutputObjective[];
  #sums: Record<string, Float64Array> = {};
  #rows = new KeptRows();

  constructor(objectives: readonly OutputObjective[]) {
    this.#objectives = objectives;
  }

  /** Adds the sums of a batch of `examples`, or of several steps with as many each: one step's after the other's. */
  add(sums: BatchSums, examples: number, steps = 1): void {
    // A step that was refused leaves no trace: its numbers may be NaN.
    const accepted = sums[ACCEPTED];
    let taken = steps;
    if (accepted) for (let step = 0; step < steps; step++) if (accepted[step] === 0) taken--;
    if (taken === 0) return;
    this.#of('examples', 1)[0]! += examples * taken;
    this.#of('steps', 1)[0]! += taken;
    for (const name in sums) {
      if (name === ACCEPTED) continue;
      const values = sums[name]!;
      const size = values.length / steps;
      const total = this.#of(name, size);
      for (let step = 0, at = 0; step < steps; step++, at += size) {
        if (taken < steps && accepted![step] === 0) continue;
        for (let i = 0; i < size; i++) total[i]! += values[at + i]!;
      }
    }
  }

  /** Adds rows that metrics keep, by `metric/<output>/<metric>/<name>`. */
  addRows(rows: HostArrays): void {
    for (const { output, metrics } of this.#objectives) {
      for (const { name, maxExamples = MAX_EXAMPLES } of metrics) {
        const prefix = `metric/${output}/${name}/`;
        for (const [own, array] of Object.entries(takeGroup(rows, prefix)))
          this.#rows.add(prefix + own, array, maxExamples);
      }
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
    const rows = this.#rows.all();
    let total = 0;
    for (const { output, loss: _, lossWeight, metrics } of this.#objectives) {
      const weight = (this.#sums[`weight/${output}`] ?? this.#sums['examples']!)[0]!;
      const loss = weight === 0 ? 0 : this.#sums[`loss/${output}`]![0]! / weight;
      total += lossWeight * loss;
      if (several) values[`${output}_loss`] = loss;
      for (const metric of metrics) {
        if (metric.rows && this.#rows.isEmpty) continue;
        const name = several ? `${output}_${metric.name}` : metric.name;
        const prefix = `metric/${output}/${metric.name}/`;
        const value = metric.result({ ...takeGroup(this.#sums, prefix), ...takeGroup(rows, prefix) });
        values[name] = value;
        metric.parts?.forEach((part, i) => (values[`${name}_${part}`] = (value as number[])[i]!));
      }
    }
    const ofSteps = Object.values(takeGroup(this.#sums, 'penalty/'));
    const ofExamples = Object.values(takeGroup(this.#sums, BATCH_PENALTY));
    const added = (sums: readonly Float64Array[]): number => sums.reduce((sum, p) => sum + p[0]!, 0);
    const penalty =
      added(ofSteps) / this.#sums['steps']![0]! + added(ofExamples) / this.#sums['examples'][0]!;
    return { loss: total, ...values, ...(ofSteps.length + ofExamples.length > 0 ? { penalty } : {}) };
  }

  /** The values that are numbers. */
  numbers(): Record<string, number> {
    return numbersOf(this.values());
  }

  reset(): void {
    this.#sums = {};
    this.#rows = new KeptRows();
  }

  save(): Record<string, number[]> {
    return Object.fromEntries(Object.entries(this.#sums).map(([name, total]) => [name, [...total]]));
  }

  /**
   * Takes over what `save` gave.
   *
   * @param outputs What the outputs were called then, in order: those without a name of their own have another in every model.
   */
  load(saved: Readonly<Record<string, readonly number[]>>, outputs?: readonly string[]): void {
    const names = new Map(this.#objectives.map(({ output }, i) => [outputs?.[i] ?? output, output]));
    const named = (key: string): string => {
      const [kind, rest] = [key.slice(0, key.indexOf('/') + 1), key.slice(key.indexOf('/') + 1)];
      for (const [before, now] of names) {
        if (rest === before) return kind + now;
        if (kind === 'metric/' && rest.startsWith(`${before}/`))
          return kind + now + rest.slice(before.length);
      }
      return key;
    };
    this.#sums = Object.fromEntries(
      Object.entries(saved).map(([name, total]) => [named(name), Float64Array.from(total)]),
    );
  }
}
