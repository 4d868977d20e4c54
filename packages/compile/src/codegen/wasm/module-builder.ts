import { assembler as wasm } from '@espalier/core/internal';
import type { FunctionBuilder } from './function-builder.js';

/** Gathers the functions of one module. */
export class ModuleBuilder {
  /** Whether products may round a multiplication and an addition once: the bits are then the processor's choice. */
  readonly relaxed: boolean;
  readonly #functions: wasm.WasmFunction[] = [];
  readonly #shared = new Map<string, number>();

  constructor({ relaxed = false }: { readonly relaxed?: boolean | undefined } = {}) {
    this.relaxed = relaxed;
  }

  /** Adds a function; gives the number that calls it. */
  add(fn: FunctionBuilder | wasm.WasmFunction, name = ''): number {
    this.#functions.push('finish' in fn ? fn.finish(name) : { ...fn, name });
    return this.#functions.length - 1;
  }

  /** One function for all that ask under the same key. */
  shared(key: string, make: () => FunctionBuilder | wasm.WasmFunction): number {
    let index = this.#shared.get(key);
    if (index === undefined) this.#shared.set(key, (index = this.add(make())));
    return index;
  }

  /** The module, which imports its memory and exports the functions that have a name. */
  bytes(): Uint8Array<ArrayBuffer> {
    return wasm.moduleBytes(this.#functions);
  }

  get size(): number {
    return this.#functions.length;
  }
}
