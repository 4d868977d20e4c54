import { EspalierError } from '@espalier/core';
import type { PlainStateMemory } from '../../compiled-graph/code-generator.js';
import type { HostTensor, HostTensors } from '../../compiled-graph/host-tensor.js';
import { elementCount } from '../../graph/element-type.js';
import { aligned, alignment } from './memory-plan.js';
import { readNumbers, writeNumbers, type Place } from './tensor-memory.js';

const pageBytes = 65536;

/** Addresses that all code of one generator agrees on: of the state, then of what each step works in. */
export class AddressSpace {
  readonly #entries = new Map<string, Place>();
  /** The first byte that nothing uses. */
  end = alignment;
  /** What released code has left, by address: nothing else lies there. */
  #free: { readonly start: number; readonly end: number }[] = [];

  /** Where a state entry lies, in any state of this generator. */
  entry(name: string, shape: readonly number[], dtype: Place['dtype']): Place {
    let place = this.#entries.get(name);
    if (!place) {
      place = { address: this.end, shape, dtype };
      this.#entries.set(name, place);
      this.end = aligned(this.end + 4 * elementCount(shape) + 1);
    }
    return place;
  }

  /** The start of so many bytes that were left; `undefined` where there is no such place. */
  take(bytes: number): number | undefined {
    const at = this.#free.findIndex(({ start, end }) => end - start >= bytes);
    if (at < 0) return undefined;
    const { start, end } = this.#free[at]!;
    this.#free[at] = { start: aligned(start + bytes), end };
    return start;
  }

  /** Leaves a place to others. Neighbours become one. */
  leave(start: number, end: number): void {
    const sorted = [...this.#free, { start, end }].sort((a, b) => a.start - b.start);
    this.#free = [];
    for (const place of sorted) {
      const last = this.#free.at(-1);
      if (place.end <= place.start) continue;
      if (last && aligned(last.end) >= place.start)
        this.#free[this.#free.length - 1] = { start: last.start, end: Math.max(last.end, place.end) };
      else this.#free.push(place);
    }
    const last = this.#free.at(-1);
    if (last?.end !== this.end) return;
    this.#free.pop();
    this.end = last.start;
  }
}

/** Memory as large as it has to be: to let it grow takes longer. */
function firstMemory(end: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: Math.ceil(end / pageBytes), maximum: 65536 });
  } catch {
    // Refused: growing says so in plain words.
    return new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  }
}

/** The state of one run, in a memory of its own that every step of the run works in. */
export class WasmState implements PlainStateMemory {
  readonly memory: WebAssembly.Memory;
  readonly #entries = new Map<string, Place>();
  /** How often the memory has grown: views made before are of no use. */
  growths = 0;

  constructor(space: AddressSpace, state: HostTensors) {
    for (const [name, { shape, dtype }] of Object.entries(state))
      this.#entries.set(name, space.entry(name, shape, dtype));
    this.memory = firstMemory(space.end);
    this.reserve(space.end);
    this.write(state);
  }

  /**
   * Makes the memory reach to an address.
   *
   * @throws EspalierError `out-of-memory`.
   */
  reserve(end: number): void {
    const missing = Math.ceil((end - this.memory.buffer.byteLength) / pageBytes);
    if (missing <= 0) return;
    try {
      this.memory.grow(missing);
      this.growths++;
    } catch (cause) {
      throw new EspalierError({
        code: 'out-of-memory',
        scope: 'compile',
        message: `WebAssembly was refused ${end} bytes of memory. Use a smaller batch size or model.`,
        cause,
      });
    }
  }

  copy(prefix: string): HostTensors {
    const tensors: Record<string, HostTensor> = {};
    for (const [name, place] of this.#entries) {
      if (!name.startsWith(prefix)) continue;
      const data = readNumbers(this.memory, place, elementCount(place.shape));
      tensors[name] = { data, shape: place.shape, dtype: place.dtype as HostTensor['dtype'] };
    }
    return tensors;
  }

  write(entries: HostTensors): void {
    for (const [name, { data }] of Object.entries(entries))
      writeNumbers(this.memory, this.#entries.get(name)!, data);
  }

  async dispose(): Promise<void> {
    // The engine frees a memory that nobody refers to.
    this.#entries.clear();
  }
}
