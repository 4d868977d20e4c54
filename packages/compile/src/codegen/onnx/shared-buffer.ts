import type { Runtime, RuntimeTensor } from './runtime/runtime-types.js';

/** A state tensor in plain memory, and where a step writes its successor. */
export interface BufferMember {
  tensor: RuntimeTensor;
  spare: RuntimeTensor | null;
}

type Pair<T> = readonly [T, T];

/** State tensors side by side in one buffer, twice: a step reads all of them from the one and writes the other. */
export class SharedBuffer {
  readonly #entries: readonly BufferMember[];
  readonly #wholes: Pair<RuntimeTensor>;
  readonly #views: Pair<readonly RuntimeTensor[]>;
  #side: 0 | 1 = 0;

  constructor(runtime: Runtime, entries: readonly BufferMember[]) {
    this.#entries = entries;
    const length = entries.reduce((sum, { tensor }) => sum + tensor.data.length, 0);
    const sides = [new Float32Array(length), new Float32Array(length)] as const;
    const whole = (data: Float32Array): RuntimeTensor => new runtime.Tensor('float32', data, [length]);
    const views = (data: Float32Array): RuntimeTensor[] => {
      let at = 0;
      return entries.map(({ tensor }) => {
        const part = data.subarray(at, (at += tensor.data.length));
        return new runtime.Tensor('float32', part, tensor.dims);
      });
    };
    this.#wholes = [whole(sides[0]), whole(sides[1])];
    this.#views = [views(sides[0]), views(sides[1])];
  }

  /** What a step reads. Entries that were written by themselves since are gathered first. */
  read(): RuntimeTensor {
    const views = this.#views[this.#side];
    if (!this.#entries.every(({ tensor }, i) => tensor === views[i])) this.#gather();
    return this.#wholes[this.#side];
  }

  /** Where a step writes. */
  next(): RuntimeTensor {
    return this.#wholes[this.#other];
  }

  /** Makes what a step has written the state. */
  advance(): void {
    this.#side = this.#other;
    this.#link();
  }

  get #other(): 0 | 1 {
    return this.#side === 0 ? 1 : 0;
  }

  #gather(): void {
    const views = this.#views[0];
    this.#entries.forEach(({ tensor }, i) => {
      if (tensor !== views[i]) (views[i]!.data as Float32Array).set(tensor.data as Float32Array);
    });
    this.#side = 0;
    this.#link();
  }

  #link(): void {
    this.#entries.forEach((entry, i) => {
      entry.tensor = this.#views[this.#side][i]!;
      entry.spare = this.#views[this.#other][i]!;
    });
  }
}
