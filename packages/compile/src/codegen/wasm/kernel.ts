import type { assembler as wasm } from '@espalier/core/internal';
import type { ModuleBuilder } from './module-builder.js';
import type { Region } from './view.js';

/** One part of a step, run from beginning to end before the next. */
export interface Kernel {
  /** In readable form: what it computes, and from what. */
  describe(): string;
  readonly reads: readonly Region[];
  readonly writes: readonly Region[];
  /** Regions of `reads` that are read only where, at the same index, `writes` are written next. */
  readonly inPlace: readonly Region[];
  /** Whether it may stop the step: an index out of range. */
  readonly mayFail: boolean;
  /** Adds the functions it needs, and gives the code that runs it. */
  emit(module: ModuleBuilder): wasm.Code;
}
