import { assembler as wasm } from '@espalier/core/internal';

/** Hands out the locals of one function, and gathers its code. */
export class FunctionBuilder {
  readonly parameters: number;
  readonly #types: number[] = [];
  readonly #first: wasm.Code[] = [];
  readonly #body: wasm.Code[] = [];

  /** @param parameters How many whole numbers it takes; they are its first locals. */
  constructor(parameters = 0) {
    this.parameters = parameters;
  }

  #local(type: number): number {
    this.#types.push(type);
    return this.parameters + this.#types.length - 1;
  }
  /** A new local that holds a whole number, 0 at first. */
  i32(): number {
    return this.#local(wasm.I32);
  }
  /** A new local that holds a vector. */
  v128(): number {
    return this.#local(wasm.V128);
  }

  emit(...code: readonly wasm.Code[]): void {
    this.#body.push(...code);
  }

  /** Code that comes before everything. */
  first(code: wasm.Code): void {
    this.#first.push(code);
  }

  /** Runs what `body` emits `count` times. */
  repeat(count: number, body: () => void): void {
    if (count <= 0) return;
    if (count === 1) return body();
    const left = this.i32();
    this.emit([wasm.i32Const(count), wasm.set(left)]);
    this.emit([0x03, 0x40]);
    body();
    this.emit([wasm.get(left), wasm.i32Const(1), wasm.i32Sub, wasm.tee(left)]);
    this.emit([0x0d, 0x00, 0x0b]);
  }

  finish(name: string): wasm.WasmFunction {
    return {
      name,
      parameters: this.parameters,
      locals: this.#types.map((type) => [1, type] as const),
      body: [this.#first, this.#body],
    };
  }
}
