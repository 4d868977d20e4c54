import type { StepProgram } from '@espalier/core';
import type { GeneratedCode } from '../compiled-graph/code-generator.js';
import type { ShapeCache } from './shape-cache.js';

/**
 * Releases what was compiled for a program that is garbage: onnxruntime-web never does so by itself. For all executors of
 * the process, since one may be garbage together with its programs.
 */
const collected = new FinalizationRegistry<ReadonlySet<GeneratedCode>>((all) => {
  // Nobody is left to hear of a failure.
  for (const code of all) code.release().catch(() => undefined);
});

/** What an executor has compiled, by program. It lives as long as the program. */
export class ProgramRegistry {
  readonly #byProgram = new WeakMap<StepProgram, ShapeCache>();
  readonly #all = new Set<WeakRef<ShapeCache>>();

  /** The cache of a program, made where there is none. */
  of(program: StepProgram, create: () => ShapeCache): ShapeCache {
    const known = this.#byProgram.get(program);
    if (known) return known;
    const cache = create();
    this.#byProgram.set(program, cache);
    for (const ref of this.#all) if (!ref.deref()) this.#all.delete(ref);
    this.#all.add(new WeakRef(cache));
    collected.register(program, cache.code);
    return cache;
  }

  /** Releases everything compiled. */
  async release(): Promise<void> {
    for (const ref of this.#all) await ref.deref()?.clear();
  }
}
