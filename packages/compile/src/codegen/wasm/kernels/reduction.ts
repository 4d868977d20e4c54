import { assembler as wasm } from '@espalier/core/internal';
import type { Kernel } from '../kernel.js';
import type { ModuleBuilder } from '../module-builder.js';
import { reduceLoop, type ReduceLoop } from '../reduce-loop.js';
import type { Region } from '../view.js';

/** One reduction, with the elementwise operators that only it reads. */
export class Reduction implements Kernel {
  readonly #loop: ReduceLoop;
  readonly mayFail = false;
  readonly inPlace: readonly Region[] = [];

  constructor(loop: ReduceLoop) {
    this.#loop = loop;
  }

  get reads(): Region[] {
    return [...new Set(this.#loop.reads.map(({ region }) => region))];
  }

  get writes(): Region[] {
    return [this.#loop.store.region];
  }

  describe(): string {
    const { extents, kept, combine, store } = this.#loop;
    const axes = `[${extents.slice(0, kept).join()}] over [${extents.slice(kept).join()}]`;
    return `${combine} ${axes}: ${this.reads.map(({ name }) => name).join(', ')} -> ${store.region.name}`;
  }

  emit(module: ModuleBuilder): wasm.Code {
    return wasm.call(module.add(reduceLoop(this.#loop)));
  }
}
