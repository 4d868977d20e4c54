import { assembler as wasm, STREAM_HASH } from '@espalier/core/internal';
import { FunctionBuilder } from './function-builder.js';
import { jumpBits } from './stream-jump.js';

/** Streams of so many indices that follow each other are hashed at once. */
export const HASHED = 8;
/** Bytes of a word for each of them. */
export const WORD_BYTES = 4 * HASHED;
/** Bytes of what comes out: four lanes of each. */
export const STATE_BYTES = 4 * WORD_BYTES;

const { get, set, tee } = wasm;
const splat = (value: number): wasm.Code =>
  wasm.v128Const(new Uint8Array(Int32Array.of(value, value, value, value).buffer));

/**
 * `(words, count, target)`: hashes the words of 8 streams, as `stream` does. Each of the `count` words is a row of eight; the four
 * lanes are four rows of eight.
 */
export function hashFunction(): FunctionBuilder {
  const fn = new FunctionBuilder(3);
  const [words, count, target] = [0, 1, 2];
  const halves = [0, 16];
  const lanes = STREAM_HASH.lanes.map((start) =>
    halves.map(() => {
      const lane = fn.v128();
      fn.emit([splat(start), set(lane)]);
      return lane;
    }),
  );
  const word = halves.map(() => fn.v128());
  const mixed = halves.map(() => fn.v128());
  const constant = (value: number): wasm.Code => {
    const local = fn.v128();
    fn.emit([splat(value), set(local)]);
    return get(local);
  };
  const multiplier = constant(STREAM_HASH.multiplier);
  const finalizers = STREAM_HASH.finalizers.map(constant);
  const each = (emit: (half: number) => wasm.Code): wasm.Code => halves.map((_, half) => emit(half));
  const shifted = (by: number): wasm.Code =>
    each((half) => [
      [get(mixed[half]!), get(mixed[half]!), wasm.i32Const(by), wasm.i32x4ShrU, wasm.v128Xor],
      set(mixed[half]!),
    ]);
  const multiplied = (by: wasm.Code): wasm.Code =>
    each((half) => [get(mixed[half]!), by, wasm.i32x4Mul, set(mixed[half]!)]);
  fn.emit(
    wasm.countDown(count, 1, [
      each((half) => [get(words), wasm.v128Load(halves[half]!), set(word[half]!)]),
      lanes.map((lane, number) => [
        each((half) => [
          [get(lane[half]!), get(word[half]!), wasm.v128Xor, multiplier, wasm.i32x4Mul],
          [get(lanes[(number + 3) & 3]![half]!), wasm.i32x4Add],
          number > 0 ? [splat(number), wasm.i32x4Add] : [],
          set(mixed[half]!),
        ]),
        [shifted(16), multiplied(finalizers[0]!), shifted(13), multiplied(finalizers[1]!), shifted(16)],
        each((half) => [get(mixed[half]!), set(lane[half]!)]),
      ]),
      wasm.advance(words, wasm.i32Const(WORD_BYTES)),
    ]),
    lanes.map((lane, number) =>
      each((half) => [get(target), get(lane[half]!), wasm.v128Store(number * WORD_BYTES + halves[half]!)]),
    ),
  );
  return fn;
}

/** Two generators of xoroshiro128+, one in each half of two vectors that hold their two words. */
class Generators {
  readonly a: number;
  readonly b: number;
  readonly sums: readonly [number, number];
  readonly #both: number;

  /** @param both A vector to work in. */
  constructor(fn: FunctionBuilder, both: number) {
    this.a = fn.v128();
    this.b = fn.v128();
    this.sums = [fn.v128(), fn.v128()];
    this.#both = both;
  }

  /** Takes the states that start at two addresses; rows hold high halves before low ones, and a word has its low half first. */
  start(first: number, second: number): wasm.Code {
    const both = this.#both;
    const word = (high: number, low: number): wasm.Code => [
      [get(first), wasm.v128Load32Zero(low * WORD_BYTES), set(both)],
      [get(first), get(both), wasm.v128Load32Lane(1, high * WORD_BYTES), set(both)],
      [get(second), get(both), wasm.v128Load32Lane(2, low * WORD_BYTES), set(both)],
      [get(second), get(both), wasm.v128Load32Lane(3, high * WORD_BYTES)],
    ];
    return [word(0, 1), set(this.a), word(2, 3), set(this.b)];
  }

  get next(): wasm.Code {
    const [a, b, both] = [this.a, this.b, this.#both];
    const by24 = wasm.i8x16Shuffle([5, 6, 7, 0, 1, 2, 3, 4, 13, 14, 15, 8, 9, 10, 11, 12]);
    const shift = (by: number): wasm.Code => [wasm.i32Const(by), wasm.i64x2Shl];
    return [
      [get(a), get(b), wasm.v128Xor, set(both)],
      [get(a), get(a), by24, get(both), wasm.v128Xor, get(both), shift(16), wasm.v128Xor, set(a)],
      [get(both), shift(37), get(both), wasm.i32Const(27), wasm.i64x2ShrU, wasm.v128Or, set(b)],
    ];
  }

  /** The lower halves of two sums of each: those of the first in the lower half. */
  get two(): wasm.Code {
    const sum: wasm.Code = [get(this.a), get(this.b), wasm.i64x2Add];
    const [one, other] = this.sums;
    return [
      [sum, set(one), this.next, sum, set(other), this.next],
      [get(one), get(other), wasm.shuffle32(0, 4, 2, 6)],
    ];
  }
}

/** Stores four numbers of 32 bits as floats: their upper 24. */
function store(address: number, offset: number, from: wasm.Code): wasm.Code {
  return [
    [get(address), from, wasm.i32Const(8), wasm.i32x4ShrU, wasm.f32x4ConvertI32x4S],
    [wasm.f32Const(2 ** -24), wasm.f32x4Splat, wasm.f32x4Mul, wasm.v128Store(offset)],
  ];
}

/**
 * `(first, second, count, rest, firstState, secondState)`: fills `count` floats at two addresses with the numbers of two streams, and
 * `rest` more at the second. A count is rounded up to a multiple of four, and `rest` is what that leaves. States are addresses in the
 * first row of what {@link hashFunction} has made.
 *
 * xoroshiro128+ with a generator in each half of a vector: a number is the upper 24 of the lower 32 bits of the sum of both words.
 */
export function drawFunction(): FunctionBuilder {
  const fn = new FunctionBuilder(6);
  const [first, second, count, rest, firstState, secondState] = [0, 1, 2, 3, 4, 5];
  const [both, firstTwo] = [fn.v128(), fn.v128()];
  const generator = new Generators(fn, both);
  const { a, b } = generator;
  const lastTwo = generator.sums[0];
  const { two } = generator;
  const four: wasm.Code = [
    [two, set(firstTwo), two, set(lastTwo)],
    store(first, 0, [get(firstTwo), get(lastTwo), wasm.shuffle32(0, 1, 4, 5)]),
    store(second, 0, [get(firstTwo), get(lastTwo), wasm.shuffle32(2, 3, 6, 7)]),
    [first, second].map((address) => wasm.advance(address, wasm.i32Const(16))),
    [get(count), wasm.i32Const(4), wasm.i32Sub, tee(count), wasm.i32Const(0), wasm.i32GtS],
  ];
  const alone = (state: number): wasm.Code => [
    get(state),
    get(state),
    wasm.shuffle32(2, 3, 2, 3),
    set(state),
  ];
  fn.emit(
    generator.start(firstState, secondState),
    wasm.doWhile(
      [
        wasm.doWhile(four, []),
        // The second stream goes on in both halves.
        [alone(a), alone(b), get(second), set(first)],
        [get(rest), tee(count), wasm.i32Const(0), set(rest)],
      ],
      [wasm.i32Const(0), wasm.i32GtS],
    ),
  );
  return fn;
}

/** From so many numbers on a stream is drawn by {@link longDrawFunction}: what that needs before the first number pays. */
export const LONG_DRAW = 768;

/**
 * `(target, state)`: fills `count` floats, rounded up to a multiple of four, with the numbers of one stream, four parts of them at a time:
 * a second, third and fourth generator start where the parts before theirs end.
 */
export function longDrawFunction(count: number): FunctionBuilder {
  const part = 4 * Math.floor(count / 16);
  const fn = new FunctionBuilder(2);
  const [target, state] = [0, 1];
  const left = fn.i32();
  const both = fn.v128();
  const [lower, upper] = [new Generators(fn, both), new Generators(fn, both)];
  const firstTwo = fn.v128();
  const lastTwo = lower.sums[0];

  /** Puts the state of `from`, so many numbers later, into two vectors, and moves `from` on by 128. */
  const jumped = (from: Generators, steps: number, a: number, b: number): wasm.Code => {
    const bits = fn.i32();
    const mask = fn.v128();
    const masked = (sum: number, word: number): wasm.Code => [
      [get(sum), get(word), get(mask), wasm.v128And, wasm.v128Xor, set(sum)],
    ];
    return [
      [wasm.v128Zero, set(a), wasm.v128Zero, set(b)],
      jumpBits(steps).map((word) => [
        [wasm.i32Const(word), set(bits), wasm.i32Const(32), set(left)],
        wasm.doWhile(
          [
            [wasm.i32Const(0), get(bits), wasm.i32Const(1), wasm.i32And, wasm.i32Sub],
            [wasm.i32x4Splat, set(mask), masked(a, from.a), masked(b, from.b), from.next],
            [get(bits), wasm.i32Const(1), wasm.i32ShrU, set(bits)],
          ],
          [get(left), wasm.i32Const(1), wasm.i32Sub, tee(left)],
        ),
      ]),
    ];
  };
  const halves: wasm.Code = wasm.shuffle32(0, 1, 4, 5);
  const [a, b] = [fn.v128(), fn.v128()];
  const copy = (from: number, to: number): wasm.Code => [get(from), set(to)];
  const [aStart, bStart] = [fn.v128(), fn.v128()];
  const draw = (generators: Generators, offset: number): wasm.Code => [
    [generators.two, set(firstTwo), generators.two, set(lastTwo)],
    store(target, offset, [get(firstTwo), get(lastTwo), wasm.shuffle32(0, 1, 4, 5)]),
    store(target, offset + 4 * part, [get(firstTwo), get(lastTwo), wasm.shuffle32(2, 3, 6, 7)]),
  ];
  fn.emit(
    // Parts 0 and 1, then from both of them parts 2 and 3.
    [lower.start(state, state), copy(lower.a, aStart), copy(lower.b, bStart)],
    jumped(lower, part, a, b),
    [get(aStart), get(a), halves, tee(aStart), set(lower.a)],
    [get(bStart), get(b), halves, tee(bStart), set(lower.b)],
    jumped(lower, 2 * part, upper.a, upper.b),
    [copy(aStart, lower.a), copy(bStart, lower.b)],
    [wasm.i32Const(part / 4), set(left)],
    wasm.doWhile(
      [draw(lower, 0), draw(upper, 8 * part), wasm.advance(target, wasm.i32Const(16))],
      [get(left), wasm.i32Const(1), wasm.i32Sub, tee(left)],
    ),
  );
  // What is left follows the fourth part.
  for (let at = 4 * part; at < count; at += 4) {
    fn.emit(
      [upper.two, set(firstTwo), upper.two, set(lastTwo)],
      store(target, 4 * (at - part), [get(firstTwo), get(lastTwo), wasm.shuffle32(2, 3, 6, 7)]),
    );
  }
  return fn;
}
