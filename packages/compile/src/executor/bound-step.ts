import type { BatchSums, HostBatch, StepInputs } from '@espalier/core';
import type { BoundCode } from '../compiled-graph/code-generator.js';
import type { HostTensor, HostTensors } from '../compiled-graph/host-tensor.js';
import type { CompiledKind } from './shape-cache.js';
import { stepWriters } from './step-writers.js';

/** What the names of sums begin with among the outputs. */
export const SUM = 'sum/';

/** A compiled function bound to a state, which runs at once and makes nothing for a run. */
export class BoundStep {
  readonly #code: BoundCode;
  readonly #writers: ReturnType<typeof stepWriters>;
  readonly #given: { batch: Partial<HostBatch>; inputs: StepInputs };
  #names: readonly (readonly [string, string])[] | undefined;
  readonly #sums: Record<string, HostTensor['data']> = {};

  constructor({ graph, encodings }: CompiledKind, code: BoundCode) {
    this.#code = code;
    this.#writers = stepWriters(graph, code.inputs, encodings);
    this.#given = { batch: {}, inputs: { scalars: {}, seed: 0, draw: 0 } };
  }

  /** @param at Number of the batch among those of `batch`. */
  run(batch: Partial<HostBatch>, inputs: StepInputs, at: number): HostTensors {
    this.#given.batch = batch;
    this.#given.inputs = inputs;
    for (const write of this.#writers) write(this.#given, at);
    return this.#code.run();
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
