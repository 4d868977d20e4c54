import type { HostArray, HostArrays } from '@espalier/core';
import { toTensorData } from '@espalier/core';
import { copySession } from '../runtime/device.js';
import type { Runtime, RuntimeOptions, RuntimeSession, RuntimeTensor } from '../runtime/runtime-types.js';
import { type BufferMember, SharedBuffer } from './shared-buffer.js';

/**
 * Where the state of a run lives between steps.
 *
 * - `in-place`: in plain memory that the runtime reads and writes itself, twice; nothing is allocated in a step.
 * - `returned`: in plain memory that the runtime makes again with each step, copying it in and out of its own.
 * - `device`: in buffers of the GPU; plain memory sees it only when it is read.
 */
export type StatePlace = 'in-place' | 'returned' | 'device';

/** Where a runtime keeps the state best. */
export function statePlaceOf(runtime: Runtime, { device = 'cpu' }: RuntimeOptions): StatePlace {
  if (device === 'webgpu') return 'device';
  return runtime.name === 'onnxruntime-node' ? 'in-place' : 'returned';
}

interface Entry extends BufferMember {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: HostArray['dtype'];
}

/** The state of a run in the runtime's own tensors, shared by all its compiled steps. */
export class StateStore {
  readonly #entries = new Map<string, Entry>();
  readonly #runtime: Runtime;
  readonly #options: RuntimeOptions;
  readonly place: StatePlace;
  /** By the list of their members, which the graph that packs them keeps. */
  readonly #packs = new WeakMap<readonly string[], SharedBuffer>();
  readonly #copies = new Map<'host' | 'device', Promise<RuntimeSession>>();

  private constructor(runtime: Runtime, options: RuntimeOptions, state: HostArrays) {
    this.#runtime = runtime;
    this.#options = options;
    this.place = statePlaceOf(runtime, options);
    for (const [name, array] of Object.entries(state)) {
      const { shape, dtype } = array;
      const tensor = this.#tensor(array);
      const spare = this.place === 'in-place' ? this.#tensor(array) : null;
      this.#entries.set(name, { name, shape, dtype, tensor, spare });
    }
  }

  /** Copies the first state to where it is going to live. */
  static async create(runtime: Runtime, options: RuntimeOptions, state: HostArrays): Promise<StateStore> {
    const store = new StateStore(runtime, options, state);
    await store.#upload();
    return store;
  }

  /** What a step reads. */
  read(name: string): RuntimeTensor {
    return this.#entries.get(name)!.tensor;
  }

  /** Where a step writes; `null` where it makes a tensor of its own. */
  next(name: string): RuntimeTensor | null {
    return this.#entries.get(name)!.spare;
  }

  /** Makes what a step has written the state, by entry name: it counts only once the whole step is done. */
  advance(written: Readonly<Record<string, RuntimeTensor>>): void {
    for (const name of Object.keys(written)) {
      const entry = this.#entries.get(name)!;
      const old = entry.tensor;
      entry.tensor = written[name]!;
      if (this.place === 'in-place') entry.spare = old;
      else old.dispose();
    }
  }

  /** Entries that a step passes as one tensor, where the state is written in place. */
  pack(names: readonly string[]): SharedBuffer {
    let pack = this.#packs.get(names);
    if (!pack) {
      const entries = names.map((name) => this.#entries.get(name)!);
      this.#packs.set(names, (pack = new SharedBuffer(this.#runtime, entries)));
    }
    return pack;
  }

  /** Copies of the entries whose name starts with `prefix`, in plain memory. */
  async copy(prefix: string): Promise<HostArrays> {
    const wanted = [...this.#entries.values()].filter(({ name }) => name.startsWith(prefix));
    const onDevice = wanted.filter(({ tensor }) => tensor.location !== 'cpu').map(({ name }) => name);
    const fetched = onDevice.length === 0 ? {} : await this.#move(onDevice, 'host');
    const arrays: Record<string, HostArray> = {};
    for (const { name, shape, dtype, tensor } of wanted) {
      const data = (fetched[name] ?? tensor).data as HostArray['data'];
      arrays[name] = { data: fetched[name] ? data : data.slice(), shape, dtype };
    }
    return arrays;
  }

  /** Replaces entries. */
  async write(entries: HostArrays): Promise<void> {
    for (const name of Object.keys(entries)) {
      const entry = this.#entries.get(name)!;
      const old = entry.tensor;
      const array = { ...entries[name]!, shape: entry.shape, dtype: entry.dtype };
      if (this.place === 'in-place') {
        (old.data as Float32Array).set(toTensorData(array) as Float32Array);
        continue;
      }
      entry.tensor = this.#tensor(array);
      old.dispose();
    }
    await this.#upload();
  }

  /** Names and shapes of everything, without the numbers. */
  shapes(): HostArrays {
    const arrays: Record<string, HostArray> = {};
    for (const { name, shape, dtype } of this.#entries.values()) {
      arrays[name] = { data: dtype === 'float32' ? new Float32Array() : new Int32Array(), shape, dtype };
    }
    return arrays;
  }

  /** Frees everything. */
  async dispose(): Promise<void> {
    for (const { tensor } of this.#entries.values()) tensor.dispose();
    this.#entries.clear();
    const sessions = [...this.#copies.values()];
    this.#copies.clear();
    for (const session of sessions) await session.then((loaded) => loaded.release()).catch(() => undefined);
  }

  async #upload(): Promise<void> {
    if (this.place !== 'device' || this.#entries.size === 0) return;
    // Outputs that stay on the device come all or not at all.
    const moved = await this.#move([...this.#entries.keys()], 'device');
    for (const entry of this.#entries.values()) {
      entry.tensor.dispose();
      entry.tensor = moved[entry.name]!;
    }
  }

  async #move(
    names: readonly string[],
    to: 'host' | 'device',
  ): Promise<Readonly<Record<string, RuntimeTensor>>> {
    const entries = [...this.#entries.values()];
    let session = this.#copies.get(to);
    if (!session) this.#copies.set(to, (session = copySession(this.#runtime, this.#options, entries, to)));
    const feeds = Object.fromEntries(entries.map(({ name, tensor }) => [name, tensor]));
    const fetches = Object.fromEntries(names.map((name) => [`copy/${name}`, null]));
    const results = await (await session).run(feeds, fetches);
    return Object.fromEntries(names.map((name) => [name, results[`copy/${name}`]!]));
  }

  #tensor(array: HostArray): RuntimeTensor {
    const data = toTensorData(array);
    const own = data === array.data ? data.slice() : data;
    return new this.#runtime.Tensor(array.dtype, own, array.shape);
  }
}
