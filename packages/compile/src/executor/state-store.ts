import type { HostArray, HostArrays } from '@espalier/core';
import { toTensorData } from '@espalier/core';
import type { Runtime, RuntimeTensor } from '../run/runtime.js';

/** One tensor of the state, twice: a step reads the one and writes the other. */
interface Entry {
  readonly shape: readonly number[];
  readonly dtype: HostArray['dtype'];
  readonly sides: readonly [RuntimeTensor, RuntimeTensor];
  current: 0 | 1;
}

/** The state of a run in the runtime's own tensors, shared by all its compiled steps. Nothing is allocated in a step. */
export class StateStore {
  readonly #entries = new Map<string, Entry>();

  constructor(runtime: Runtime, state: HostArrays) {
    for (const [name, array] of Object.entries(state)) {
      const side = (data: Float32Array | Int32Array): RuntimeTensor =>
        new runtime.Tensor(array.dtype, data, array.shape);
      const data = toTensorData(array);
      const copy = data === array.data ? data.slice() : data;
      const sides = [side(copy), side(copy.slice())] as const;
      this.#entries.set(name, { shape: array.shape, dtype: array.dtype, sides, current: 0 });
    }
  }

  /** What a step reads. */
  read(name: string): RuntimeTensor {
    const { sides, current } = this.#entries.get(name)!;
    return sides[current];
  }

  /** Where a step writes. */
  next(name: string): RuntimeTensor {
    const { sides, current } = this.#entries.get(name)!;
    return sides[current === 0 ? 1 : 0];
  }

  /** Makes what a step has written to `names` the state: it counts only once the whole step is done. */
  advance(names: readonly string[]): void {
    for (const name of names) {
      const entry = this.#entries.get(name)!;
      entry.current = entry.current === 0 ? 1 : 0;
    }
  }

  /** Copies of the entries whose name starts with `prefix`. */
  copy(prefix: string): HostArrays {
    const arrays: Record<string, HostArray> = {};
    for (const [name, { shape, dtype, sides, current }] of this.#entries) {
      if (!name.startsWith(prefix)) continue;
      arrays[name] = { data: sides[current].data.slice() as HostArray['data'], shape, dtype };
    }
    return arrays;
  }

  write(name: string, array: HostArray): void {
    const target = this.read(name).data as Float32Array | Int32Array;
    (target as Float32Array).set(toTensorData(array) as Float32Array);
  }

  /** Names and shapes of everything, without the numbers. */
  shapes(): HostArrays {
    const arrays: Record<string, HostArray> = {};
    for (const [name, { shape, dtype, sides }] of this.#entries) {
      arrays[name] = { data: sides[0].data as HostArray['data'], shape, dtype };
    }
    return arrays;
  }
}
