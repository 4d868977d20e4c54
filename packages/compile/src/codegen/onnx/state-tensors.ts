import { allocate, elementCount } from '../../graph/element-type.js';
import type { PlainStateMemory, StateMemory } from '../../compiled-graph/code-generator.js';
import type { HostTensor, HostTensors } from '../../compiled-graph/host-tensor.js';
import { copySession } from './runtime/device.js';
import type { Runtime, RuntimeOptions, RuntimeSession, RuntimeTensor } from './runtime/runtime-types.js';

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
  return device === 'webgpu' ? 'device' : plainPlaceOf(runtime);
}

/** Where a runtime keeps the state best in plain memory. */
export function plainPlaceOf(runtime: Runtime): StatePlace {
  return runtime.name === 'onnxruntime-node' ? 'in-place' : 'returned';
}

interface Entry {
  tensor: RuntimeTensor;
  /** Where a step writes its successor. */
  spare: RuntimeTensor | null;
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: HostTensor['dtype'];
}

/** A state in the runtime's own tensors, each perhaps with a spare that the next step writes. */
abstract class StateTensors {
  protected readonly entries = new Map<string, Entry>();
  protected readonly runtime: Runtime;
  readonly #inPlace: boolean;

  constructor(runtime: Runtime, state: HostTensors, inPlace: boolean) {
    this.runtime = runtime;
    this.#inPlace = inPlace;
    for (const [name, array] of Object.entries(state)) {
      const { shape, dtype } = array;
      const spare = inPlace ? this.tensor({ ...array, data: zeros(array) }) : null;
      this.entries.set(name, { name, shape, dtype, tensor: this.tensor(array), spare });
    }
  }

  /** What a step reads. */
  read(name: string): RuntimeTensor {
    return this.entries.get(name)!.tensor;
  }

  /** Where a step writes; `null` where the runtime makes a tensor of its own. */
  next(name: string): RuntimeTensor | null {
    return this.entries.get(name)!.spare;
  }

  /** Makes what a step has written the state, by entry name: it counts only once the whole step is done. */
  advance(written: Readonly<Record<string, RuntimeTensor>>): void {
    for (const name of Object.keys(written)) {
      const entry = this.entries.get(name)!;
      const old = entry.tensor;
      entry.tensor = written[name]!;
      if (this.#inPlace) entry.spare = old;
      else old.dispose();
    }
  }

  async dispose(): Promise<void> {
    for (const { tensor } of this.entries.values()) tensor.dispose();
    this.entries.clear();
  }

  protected wanted(prefix: string): Entry[] {
    return [...this.entries.values()].filter(({ name }) => name.startsWith(prefix));
  }

  /** Replaces the tensor of an entry by a copy of what is given. */
  protected replace(name: string, { data }: HostTensor): void {
    const entry = this.entries.get(name)!;
    if (this.#inPlace) return void (entry.tensor.data as Float32Array).set(data as Float32Array);
    const old = entry.tensor;
    entry.tensor = this.tensor({ ...entry, data });
    old.dispose();
  }

  protected tensor({ data, shape, dtype }: HostTensor): RuntimeTensor {
    return new this.runtime.Tensor(dtype, data.slice(), shape);
  }
}

/** A state in plain memory: in place where the runtime writes to tensors that it is given. */
export class PlainState extends StateTensors implements PlainStateMemory {
  copy(prefix: string): HostTensors {
    const entries = this.wanted(prefix).map(({ name, shape, dtype, tensor }) => {
      return [name, { data: tensor.data.slice() as HostTensor['data'], shape, dtype }] as const;
    });
    return Object.fromEntries(entries);
  }

  write(entries: HostTensors): void {
    for (const name of Object.keys(entries)) this.replace(name, entries[name]!);
  }
}

/** A state in buffers of a device. */
export class DeviceState extends StateTensors implements StateMemory {
  readonly #options: RuntimeOptions;
  readonly #copies = new Map<'host' | 'device', Promise<RuntimeSession>>();

  private constructor(runtime: Runtime, options: RuntimeOptions, state: HostTensors) {
    super(runtime, state, false);
    this.#options = options;
  }

  /** Copies a first state to the device. */
  static async create(runtime: Runtime, options: RuntimeOptions, state: HostTensors): Promise<DeviceState> {
    const memory = new DeviceState(runtime, options, state);
    await memory.#upload();
    return memory;
  }

  async copy(prefix: string): Promise<HostTensors> {
    const wanted = this.wanted(prefix);
    const onDevice = wanted.filter(({ tensor }) => tensor.location !== 'cpu').map(({ name }) => name);
    const fetched = onDevice.length === 0 ? {} : await this.#move(onDevice, 'host');
    const tensors: Record<string, HostTensor> = {};
    for (const { name, shape, dtype, tensor } of wanted) {
      const data = (fetched[name] ?? tensor).data as HostTensor['data'];
      tensors[name] = { data: fetched[name] ? data : data.slice(), shape, dtype };
    }
    return tensors;
  }

  async write(entries: HostTensors): Promise<void> {
    for (const name of Object.keys(entries)) this.replace(name, entries[name]!);
    await this.#upload();
  }

  override async dispose(): Promise<void> {
    await super.dispose();
    const sessions = [...this.#copies.values()];
    this.#copies.clear();
    for (const session of sessions) await session.then((loaded) => loaded.release()).catch(() => undefined);
  }

  async #upload(): Promise<void> {
    if (this.entries.size === 0) return;
    // Outputs that stay on the device come all or not at all.
    const moved = await this.#move([...this.entries.keys()], 'device');
    for (const entry of this.entries.values()) {
      entry.tensor.dispose();
      entry.tensor = moved[entry.name]!;
    }
  }

  async #move(
    names: readonly string[],
    to: 'host' | 'device',
  ): Promise<Readonly<Record<string, RuntimeTensor>>> {
    const entries = [...this.entries.values()];
    let session = this.#copies.get(to);
    if (!session) this.#copies.set(to, (session = copySession(this.runtime, this.#options, entries, to)));
    const feeds = Object.fromEntries(entries.map(({ name, tensor }) => [name, tensor]));
    const fetches = Object.fromEntries(names.map((name) => [`copy/${name}`, null]));
    const results = await (await session).run(feeds, fetches);
    return Object.fromEntries(names.map((name) => [name, results[`copy/${name}`]!]));
  }
}

/** The state that code of the ONNX generator runs on. */
export type OnnxState = PlainState | DeviceState;

function zeros({ dtype, shape }: HostTensor): HostTensor['data'] {
  return allocate(dtype, elementCount(shape)) as HostTensor['data'];
}
