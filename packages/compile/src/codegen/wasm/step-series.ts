import { assembler as wasm } from '@espalier/core/internal';
import { FunctionBuilder } from './function-builder.js';
import type { ModuleBuilder } from './module-builder.js';
import {
  drawFunction,
  hashFunction,
  HASHED,
  LONG_DRAW,
  longDrawFunction,
  STATE_BYTES,
  WORD_BYTES,
} from './stream-code.js';
import type { Region } from './view.js';

/** Where the numbers of several steps lie, one step's after the other's. */
export interface Table {
  readonly address: number;
  /** Elements from one step to the next. */
  readonly stride: number;
}

/** An input that is filled with the numbers of a stream, drawn by the module itself. */
export interface DrawnInput {
  readonly input: string;
  /** The name of the stream. */
  readonly stream: string;
  /** Where the words of its hash lie, eight of each side by side, and how many there are. */
  readonly words: number;
  readonly wordCount: number;
  /** Where the generators of the steps start from: eight steps after each other. */
  readonly states: number;
}

/** How several steps are run in one call. */
export interface StepSeriesPlan {
  /** Most steps in one call. */
  readonly capacity: number;
  /** Steps whose generators are known at once. */
  readonly drawable: number;
  /** By input and by result; those that are missing lie where the step itself has them. */
  readonly inputs: ReadonlyMap<string, Table>;
  readonly outputs: ReadonlyMap<string, Table>;
  readonly drawn: readonly DrawnInput[];
  /** Where the number of steps that the present call has done lies. */
  readonly done: number;
}

/** Tables of a step take about so much, and at most so many steps. */
const TABLE_BYTES = 2 ** 16;
const MOST_STEPS = 64;
/** With fewer steps a table is not worth copying. */
const FEWEST_STEPS = 4;

/** What is read and written for each step. */
interface Copied {
  readonly name: string;
  readonly region: Region;
  readonly table: Region;
}

interface Drawn {
  readonly input: string;
  readonly stream: string;
  readonly into: Region;
  readonly words: Region;
  readonly states: Region;
}

/**
 * Runs several steps in one call: `steps(count, drawn)` takes the inputs of each from tables, draws its random numbers, runs it, and
 * puts its results into tables. So nobody enters the module more often than he has to look.
 */
export class StepSeries {
  readonly capacity: number;
  readonly #inputs: Copied[] = [];
  readonly #outputs: Copied[] = [];
  readonly #drawn: readonly Drawn[];
  readonly #done = table('steps done', 4);

  /**
   * @param fed Inputs that are written for each step, by name, and where the step has them.
   * @param results Results that are not state.
   * @param streams Names of the streams that fill inputs.
   */
  constructor(fed: Places, results: Places, streams: ReadonlyMap<string, string>) {
    const inputs = [...fed].filter(([name]) => !streams.has(name));
    const bytesOf = ({ elements, bytesPerElement }: Region): number =>
      Math.ceil((elements * bytesPerElement) / 4) * 4;
    const bytes = [...inputs, ...results].reduce((sum, [, region]) => sum + bytesOf(region), 0);
    const fitting = Math.min(MOST_STEPS, Math.floor(TABLE_BYTES / Math.max(bytes, 1)));
    this.capacity = fitting < FEWEST_STEPS ? 1 : fitting;
    if (this.capacity > 1) {
      const copied = ([name, region]: readonly [string, Region]): Copied => ({
        name,
        region,
        table: table(`${name} of ${this.capacity} steps`, this.capacity * bytesOf(region)),
      });
      this.#inputs.push(...inputs.map(copied));
      this.#outputs.push(...[...results].map(copied));
    }
    this.#drawn = [...fed]
      .flatMap(([name, into]) => {
        const stream = streams.get(name);
        return stream === undefined ? [] : [{ input: name, stream, into }];
      })
      .map(({ input, stream, into }) => ({
        input,
        stream,
        into,
        words: table(`words of ${stream}`, WORD_BYTES * (stream.length + OTHER_WORDS)),
        states: table(`states of ${stream}`, STATE_BYTES * Math.ceil(this.capacity / HASHED)),
      }))
      .sort((one, other) => one.into.elements - other.into.elements);
  }

  /** Memory that nothing else may use. */
  get regions(): Region[] {
    const drawn = this.#drawn.flatMap(({ words, states }) => [words, states]);
    return [...[...this.#inputs, ...this.#outputs].map((copied) => copied.table), ...drawn, this.#done];
  }

  /** Adds `steps`, and `hash` where numbers are drawn, which fills the states of eight steps. @param step The number of the step. */
  emit(module: ModuleBuilder, step: number): void {
    const fn = new FunctionBuilder(2);
    const [count, drawn] = [0, 1];
    const at = fn.i32();
    if (this.#drawn.length > 0) module.add(hashFunction(), 'hash');
    const stored = (value: wasm.Code): wasm.Code => [
      wasm.i32Const(this.#done.address),
      value,
      wasm.i32Store(),
    ];
    fn.emit(stored(wasm.i32Const(0)));
    fn.emit(
      wasm.doWhile(
        [
          this.#inputs.map((copied) => copy(module, copied, this.capacity, at, true)),
          this.#draws(module, [wasm.get(drawn), wasm.get(at), wasm.i32Add]),
          wasm.call(step),
          this.#outputs.map((copied) => copy(module, copied, this.capacity, at, false)),
          wasm.advance(at, wasm.i32Const(1)),
          stored(wasm.get(at)),
        ],
        [wasm.get(at), wasm.get(count), wasm.i32LtS],
      ),
    );
    module.add(fn, 'steps');
  }

  /** Long streams by themselves, others two at a time. */
  #draws(module: ModuleBuilder, step: wasm.Code): wasm.Code {
    const calls: wasm.Code[] = [];
    const state = ({ address }: Region): wasm.Code => [
      [step, wasm.i32Const(3), wasm.i32ShrU, wasm.i32Const(7), wasm.i32Shl],
      [step, wasm.i32Const(7), wasm.i32And, wasm.i32Const(2), wasm.i32Shl],
      [wasm.i32Add, wasm.i32Const(address), wasm.i32Add],
    ];
    const isLong = ({ into }: Drawn): boolean => into.elements >= LONG_DRAW;
    for (const { into, states } of this.#drawn.filter(isLong)) {
      const count = into.elements;
      const drawing = module.shared(`draw ${count}`, () => longDrawFunction(count));
      calls.push([wasm.i32Const(into.address), state(states), wasm.call(drawing)]);
    }
    const short = this.#drawn.filter((drawn) => !isLong(drawn));
    for (let i = 0; i < short.length; i += 2) {
      const one = short[i]!;
      const other = short[i + 1] ?? one;
      const together = 4 * Math.ceil(Math.max(1, one.into.elements) / 4);
      const rest = Math.max(0, other.into.elements - together);
      calls.push([
        [wasm.i32Const(one.into.address), wasm.i32Const(other.into.address)],
        [wasm.i32Const(together), wasm.i32Const(rest)],
        [state(one.states), state(other.states), wasm.call(module.shared('draw', drawFunction))],
      ]);
    }
    return calls;
  }

  /** Where everything lies, once regions have addresses. */
  plan(): StepSeriesPlan {
    const tables = (all: readonly Copied[]): Map<string, Table> =>
      new Map(
        all.map(({ name, region, table: { address, elements } }) => [
          name,
          { address, stride: elements / this.capacity / region.bytesPerElement },
        ]),
      );
    return {
      capacity: this.capacity,
      drawable: HASHED * Math.ceil(this.capacity / HASHED),
      inputs: tables(this.#inputs),
      outputs: tables(this.#outputs),
      drawn: this.#drawn.map(({ input, stream, words, states }) => ({
        input,
        stream,
        words: words.address,
        wordCount: words.elements / WORD_BYTES,
        states: states.address,
      })),
      done: this.#done.address,
    };
  }
}

type Places = ReadonlyMap<string, Region>;

/** Words of a stream's hash beside the letters of its name. */
const OTHER_WORDS = 9;

/** Memory in bytes. */
function table(name: string, bytes: number): Region {
  return { name, elements: bytes, bytesPerElement: 1, address: -1 };
}

/** Copies the part of a table that belongs to a step, or what the step has made to the table. */
function copy(
  module: ModuleBuilder,
  { region, table: { address, elements } }: Copied,
  capacity: number,
  at: number,
  toStep: boolean,
): wasm.Code {
  const bytes = elements / capacity;
  const part: wasm.Code = [
    wasm.get(at),
    wasm.i32Const(bytes),
    wasm.i32Mul,
    wasm.i32Const(address),
    wasm.i32Add,
  ];
  const own = wasm.i32Const(region.address);
  const index = module.shared(`copy ${bytes}`, () => copyFunction(bytes));
  return bytes === 0 ? [] : [toStep ? [part, own] : [own, part], wasm.call(index)];
}

/** `(from, to)`: copies so many bytes, a multiple of 4. */
function copyFunction(bytes: number): FunctionBuilder {
  const fn = new FunctionBuilder(2);
  const [from, to] = [0, 1];
  const vector = (offset: number): wasm.Code => [
    wasm.get(to),
    wasm.get(from),
    wasm.v128Load(offset),
    wasm.v128Store(offset),
  ];
  const pointersBy = (step: number): wasm.Code[] => [
    wasm.advance(from, wasm.i32Const(step)),
    wasm.advance(to, wasm.i32Const(step)),
  ];
  fn.repeat(Math.floor(bytes / 64), () => fn.emit([0, 16, 32, 48].map(vector), pointersBy(64)));
  fn.repeat(Math.floor((bytes % 64) / 16), () => fn.emit(vector(0), pointersBy(16)));
  for (let offset = 0; offset < bytes % 16; offset += 4)
    fn.emit([wasm.get(to), wasm.get(from), wasm.i32Load(offset), wasm.i32Store(offset)]);
  return fn;
}
