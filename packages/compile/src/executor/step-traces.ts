import type { HostBatch, StepProgram } from '@espalier/core';
import type { Traced } from '../trace/trace-twice.js';
import { describeBatch } from './batch-encoding.js';
import type { StepKind } from './step-functions.js';
import { type StepShapes, traceStep } from './trace-step.js';

/** A program being traced; what was looked at before anything is compiled is not traced again for that. */
export class StepTraces {
  readonly #program: StepProgram;
  #looked: { readonly key: string; readonly traced: Traced } | undefined;

  constructor(program: StepProgram) {
    this.#program = program;
  }

  /** What names a function of the program for batches of one form. */
  key(kind: StepKind, batch: Partial<HostBatch>): string {
    return `${kind} ${this.#program.version()} ${describeBatch(batch, true).key}`;
  }

  /** Traces a function, and keeps the last trace for who compiles it next. */
  look(kind: StepKind, shapes: StepShapes): Traced {
    const traced = traceStep(kind, this.#program, shapes);
    this.#looked = { key: this.key(kind, shapes.batch), traced };
    return traced;
  }

  /** The trace that was looked at, or a new one. */
  take(kind: StepKind, shapes: StepShapes): Traced {
    const looked = this.#looked;
    this.#looked = undefined;
    return looked?.key === this.key(kind, shapes.batch)
      ? looked.traced
      : traceStep(kind, this.#program, shapes);
  }
}

/** By program, while that lives. */
const ofPrograms = new WeakMap<StepProgram, StepTraces>();

/** The traces of a program. */
export function tracesOf(program: StepProgram): StepTraces {
  const known = ofPrograms.get(program) ?? new StepTraces(program);
  ofPrograms.set(program, known);
  return known;
}
