import { assembler as wasm, STREAM_HASH } from '@espalier/core/internal';
import { FunctionBuilder } from './function-builder.js';

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
  const [a, b, both, firstTwo] = [fn.v128(), fn.v128(), fn.v128(), fn.v128()];
  const sums = [fn.v128(), fn.v128()] as const;
  // Rows hold high halves before low ones, and a word has its low half first.
  const word = (high: number, low: number): wasm.Code => [
    [get(firstState), wasm.v128Load32Zero(low * WORD_BYTES), set(both)],
    [get(firstState), get(both), wasm.v128Load32Lane(1, high * WORD_BYTES), set(both)],
    [get(secondState), get(both), wasm.v128Load32Lane(2, low * WORD_BYTES), set(both)],
    [get(secondState), get(both), wasm.v128Load32Lane(3, high * WORD_BYTES)],
  ];
  const by24 = wasm.i8x16Shuffle([5, 6, 7, 0, 1, 2, 3, 4, 13, 14, 15, 8, 9, 10, 11, 12]);
  const shift = (by: number): wasm.Code => [wasm.i32Const(by), wasm.i64x2Shl];
  const next: wasm.Code = [
    [get(a), get(b), wasm.v128Xor, set(both)],
    [get(a), get(a), by24, get(both), wasm.v128Xor, get(both), shift(16), wasm.v128Xor, set(a)],
    [get(both), shift(37), get(both), wasm.i32Const(27), wasm.i64x2ShrU, wasm.v128Or, set(b)],
  ];
  const sum: wasm.Code = [get(a), get(b), wasm.i64x2Add];
  /** The lower halves of four sums: two of the first stream, two of the second. */
  const two: wasm.Code = [
    [sum, set(sums[0]), next, sum, set(sums[1]), next],
    [get(sums[0]), get(sums[1]), wasm.shuffle32(0, 4, 2, 6)],
  ];
  const store = (address: number, from: wasm.Code): wasm.Code => [
    [get(address), from, wasm.i32Const(8), wasm.i32x4ShrU, wasm.f32x4ConvertI32x4S],
    [wasm.f32Const(2 ** -24), wasm.f32x4Splat, wasm.f32x4Mul, wasm.v128Store()],
    wasm.advance(address, wasm.i32Const(16)),
  ];
  const lastTwo = sums[0];
  const four: wasm.Code = [
    [two, set(firstTwo), two, set(lastTwo)],
    store(first, [get(firstTwo), get(lastTwo), wasm.shuffle32(0, 1, 4, 5)]),
    store(second, [get(firstTwo), get(lastTwo), wasm.shuffle32(2, 3, 6, 7)]),
    [get(count), wasm.i32Const(4), wasm.i32Sub, tee(count), wasm.i32Const(0), wasm.i32GtS],
  ];
  const alone = (state: number): wasm.Code => [
    get(state),
    get(state),
    wasm.shuffle32(2, 3, 2, 3),
    set(state),
  ];
  fn.emit(
    [word(0, 1), set(a), word(2, 3), set(b)],
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
