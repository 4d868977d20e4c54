import type { BatchSums, HostBatch, StepInputs } from '@espalier/core';
import type { BoundCode } from '../compiled-graph/code-generator.js';
import type { HostTensor, HostTensors } from '../compiled-graph/host-tensor.js';
import type { CompiledKind } from './shape-cache.js';
import { stepWriters, type StepWriters } from './step-writers.js';

/** What the names of sums begin with among the outputs. */
export const SUM = 'sum/';

/** Steps of one call take about so many milliseconds at most: then the event loop may want its turn. */
const CALL_MS = 2;

/** A compiled function bound to a state, which runs at once and makes nothing for a run. */
export class BoundStep {
  readonly #code: BoundCode;
  readonly #writers: StepWriters;
  #names: readonly (readonly [string, string])[] | undefined;
  readonly #sums: Record<string, HostTensor['data']> = {};
  /** How many steps the next call may do. */
  pace = 1;
  #seed = 0;
  #draw = 0;

  constructor({ graph, encodings }: CompiledKind, code: BoundCode) {
    this.#code = code;
    this.#writers = stepWriters(graph, code.inputs, encodings);
  }

  /**
   * Writes what steps read.
   *
   * @param at Number of the first one's batch among those of `batch`.
   * @param inputs The numbers of a step, counted from the first.
   */
  write(batch: Partial<HostBatch>, at: number, steps: number, inputs: (step: number) => StepInputs): void {
    const { arrays, numbers } = this.#writers;
    for (let i = 0; i < arrays.length; i++) arrays[i]!(batch, at, steps);
    for (let step = 0; step < steps; step++) {
      const given = inputs(step);
      if (step === 0) [this.#seed, this.#draw] = [given.seed, given.draw];
      for (let i = 0; i < numbers.length; i++) numbers[i]!(given, step);
    }
  }

  /** Does the steps that were written. */
  run(steps: number): HostTensors {
    const startedAt = performance.now();
    const results = this.#code.run(steps, this.#seed, this.#draw);
    const took = performance.now() - startedAt;
    if (steps >= this.pace && took < CALL_MS / 2) this.pace = Math.min(2 * this.pace, this.#code.capacity);
    else if (took > CALL_MS) this.pace = Math.max(1, this.pace >> 1);
    return results;
  }

  /** After a run that threw: the steps before that. */
  get last(): BoundCode['last'] {
    return this.#code.last;
  }

  /** The sums where they lie: they hold until the next run. */
  sums(results: HostTensors): BatchSums {
    this.#names ??= Object.keys(results)
      .filter((name) => name.startsWith(SUM))
      .map((name) => [name, name.slice(SUM.length)] as const);
    for (const [name, own] of this.#names) this.#sums[own] = results[name]!.data;
    return this.#sums;
  }
}
