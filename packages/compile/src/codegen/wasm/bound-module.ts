import type { BoundCode, Feed, WrittenInput } from '../../compiled-graph/code-generator.js';
import type { HostTensor, HostTensors } from '../../compiled-graph/host-tensor.js';
import { elementCount } from '../../graph/element-type.js';
import { DrawnStreams } from './drawn-streams.js';
import { copyRows, type RowsInput } from './rows.js';
import type { StepModule } from './step-module.js';
import type { Table } from './step-series.js';
import { memoryOf, writeNumbers, type Place } from './tensor-memory.js';
import type { WasmState } from './wasm-memory.js';

type Fed = readonly (readonly [string, Place])[];
type Rows = ReadonlyMap<string, RowsInput>;

/** What a module exports; all but the first only where several steps are run in one call. */
interface Exports {
  step(): void;
  steps(count: number, drawn: number): void;
  hash(words: number, count: number, target: number): void;
}

/** A module bound to the memory of one state. */
export class BoundModule implements BoundCode {
  readonly inputs: readonly WrittenInput[];
  readonly capacity: number;
  readonly #state: WasmState;
  readonly #exports: Exports;
  /** Where the step itself leaves its results, and where several steps do. */
  readonly #own: HostTensors;
  readonly #all: HostTensors;
  readonly #times = { last: 0 };
  readonly #streams: DrawnStreams | undefined;
  readonly #done: Elements | undefined;

  constructor(state: WasmState, module: WebAssembly.Module, step: StepModule, fed: Fed, rows: Rows) {
    const { series, outputs } = step;
    this.#state = state;
    this.#exports = new WebAssembly.Instance(module, { env: { memory: state.memory } })
      .exports as unknown as Exports;
    const once = { last: 1 };
    const results = (times: { last: number }, tables?: ReadonlyMap<string, Table>): HostTensors =>
      Object.fromEntries(
        [...outputs].map(([name, place]) => [name, new Result(state, place, tables?.get(name), times)]),
      );
    this.#own = results(once);
    this.#all = results(this.#times, series?.outputs);
    this.capacity = series?.capacity ?? 1;
    const drawn = new Set(series?.drawn.map(({ input }) => input));
    this.inputs = fed
      .filter(([name]) => !drawn.has(name))
      .map(
        ([name, place]) =>
          new Input(state, name, place, rows.get(name), series?.inputs.get(name), this.capacity),
      );
    if (series) {
      this.#done = new Elements(state, { address: series.done, dtype: 'int32' }, 1);
      if (drawn.size > 0) this.#streams = new DrawnStreams(state.memory, series, this.#exports.hash);
    }
  }

  run(times: number, seed: number, draw: number): HostTensors {
    this.#exports.steps(times, this.#streams?.prepare(seed, draw, times) ?? 0);
    this.#times.last = times;
    return this.#all;
  }

  get last(): { times: number; results: HostTensors } {
    this.#times.last = this.#done!.view[0]!;
    return { times: this.#times.last, results: this.#all };
  }

  /** Runs once on what a feed gives. */
  runFed(fed: Fed, rows: Rows, feed: Feed): HostTensors {
    const { memory } = this.#state;
    for (const [name, place] of fed) {
      const taken = rows.get(name);
      if (!taken) writeNumbers(memory, place, feed(name));
      else {
        const target = memoryOf(memory, place, elementCount(place.shape));
        copyRows(feed(taken.whole), feed(taken.numbers) as Int32Array, taken.row, target);
      }
    }
    this.#exports.step();
    return this.#own;
  }
}

/** The elements at a place. Memory moves when it grows, and a new view is made then. */
class Elements {
  readonly #state: WasmState;
  readonly #place: Pick<Place, 'address' | 'dtype'>;
  #count: number;
  #view: Float32Array | Int32Array | Uint8Array | undefined;
  #madeAt = -1;

  constructor(state: WasmState, place: Pick<Place, 'address' | 'dtype'>, count: number) {
    this.#state = state;
    this.#place = place;
    this.#count = count;
  }

  get view(): Float32Array | Int32Array | Uint8Array {
    return this.first(this.#count);
  }

  /** So many of them. */
  first(count: number): Float32Array | Int32Array | Uint8Array {
    const { growths, memory } = this.#state;
    if (this.#madeAt !== growths || count !== this.#count) {
      this.#view = memoryOf(memory, this.#place, count);
      this.#madeAt = growths;
      this.#count = count;
    }
    return this.#view!;
  }
}

/** An input that is fed: where it goes, and where it comes from. */
class Input implements WrittenInput {
  readonly name: string;
  readonly row?: number;
  readonly length: number;
  readonly stride: number;
  readonly #elements: Elements;

  constructor(
    state: WasmState,
    name: string,
    place: Place,
    rows: RowsInput | undefined,
    table: Table | undefined,
    capacity: number,
  ) {
    this.name = rows?.whole ?? name;
    if (rows) this.row = rows.row;
    this.length = elementCount(place.shape);
    this.stride = table?.stride ?? this.length;
    const { address } = table ?? place;
    this.#elements = new Elements(state, { address, dtype: place.dtype }, this.stride * capacity);
  }

  get memory(): Float32Array | Int32Array | Uint8Array {
    return this.#elements.view;
  }
}

/** Results where they lie. */
class Result implements HostTensor {
  readonly shape: readonly number[];
  readonly dtype: HostTensor['dtype'];
  readonly #elements: Elements;
  readonly #count: number;
  readonly #times: { readonly last: number };

  constructor(state: WasmState, place: Place, table: Table | undefined, times: { readonly last: number }) {
    this.shape = place.shape;
    this.dtype = place.dtype as HostTensor['dtype'];
    this.#count = elementCount(place.shape);
    this.#times = times;
    const { address } = table ?? place;
    this.#elements = new Elements(state, { address, dtype: place.dtype }, this.#count);
  }

  get data(): HostTensor['data'] {
    const numbers = this.#elements.first(this.#times.last * this.#count);
    return this.dtype === 'bool' ? Uint8Array.from(numbers, (x) => (x === 0 ? 0 : 1)) : numbers;
  }
}
