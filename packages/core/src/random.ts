import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { bulk, bulkUniforms, type State } from './bulk-uniforms.js';
import { log } from './math/exponential.js';
import { cosPi, sinPi } from './math/trigonometric.js';

/** A source of random numbers that belongs to one consumer at one moment, see {@link stream}. */
export interface RandomStream {
  /** The next 32 random bits as a signed integer. */
  nextInt32(): number;
  /** Uniform in [0, 1), a multiple of 2^-24. */
  uniform(): number;
  /** Standard normal (Box-Muller). */
  normal(): number;
  /** Uniform whole number in [0, limit), without bias. `limit` <= 2^32. */
  integer(limit: number): number;
  /** `length` uniform numbers in [0, 1). */
  uniforms(length: number): Float32Array;
  /** `length` standard normal numbers. */
  normals(length: number): Float32Array;
  /** The whole numbers 0 .. length - 1 in random order (Fisher-Yates). */
  permutation(length: number): Uint32Array;
}

/**
 * The random stream of one consumer: a pure function of (seed, name, index).
 *
 * Streams of different names or indices are independent, so adding a consumer never shifts another's numbers, and a
 * resumed run asks for the same (seed, name, step) and gets the same bits.
 *
 * Method: the triple is hashed to 128 bits (MurmurHash3's finalizers over four lanes), which seed xoroshiro128+.
 *
 * @param seed Run seed: a whole number, 0 <= seed <= 2^53 - 1.
 * @param name The consumer, e.g. `dropout/hidden_1`.
 * @param index Which draw of that consumer, e.g. the step or epoch number. Default 0.
 * @example
 * ```ts
 * const order = stream(42, 'shuffle', 3).permutation(60000); // the order of epoch 3
 * ```
 */
export function stream(seed: number, name: string, index = 0): RandomStream {
  let generator = xoroshiro128plusFromState(hash128(seed, name, index));
  let spare: number | undefined;
  const uniform = (): number => (generator.next() >>> 8) * 2 ** -24;
  const normal = (): number => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * log(1 - uniform()));
    const halfTurns = 2 * uniform();
    spare = radius * sinPi(halfTurns);
    return radius * cosPi(halfTurns);
  };
  const integer = (limit: number): number => {
    const ceiling = 2 ** 32 - (2 ** 32 % limit);
    for (;;) {
      const value = generator.next() >>> 0;
      if (value < ceiling) return value % limit;
    }
  };
  return {
    nextInt32: () => generator.next(),
    uniform,
    normal,
    integer,
    uniforms(length) {
      const values = new Float32Array(length);
      const after =
        length < bulk ? undefined : bulkUniforms(generator.getState() as unknown as State, values);
      if (after) generator = xoroshiro128plusFromState(after);
      else for (let i = 0; i < length; i++) values[i] = uniform();
      return values;
    },
    normals(length) {
      const values = new Float32Array(length);
      for (let i = 0; i < length; i++) values[i] = normal();
      return values;
    },
    permutation(length) {
      const order = new Uint32Array(length);
      for (let i = 0; i < length; i++) order[i] = i;
      for (let i = length - 1; i > 0; i--) {
        const j = integer(i + 1);
        const kept = order[i]!;
        order[i] = order[j]!;
        order[j] = kept;
      }
      return order;
    },
  };
}

/** The low or the high 32 bits of a whole number. */
export function half(value: number, high: number): number {
  return high === 0 ? value | 0 : Math.floor(value / 2 ** 32) | 0;
}

/**
 * How (seed, name, index) become 128 bits: every word is mixed into four lanes in turn, each with what the lane before it holds,
 *
 * ```text
 * lane = mix((lane ^ word) * multiplier + lane before + number of the lane)
 * ```
 *
 * and the lanes are the high and low halves of the two words that the generator starts from.
 */
export const STREAM_HASH = {
  lanes: [0x9e3779b9 | 0, 0x243f6a88 | 0, 0xb7e15162 | 0, 0x6a09e667 | 0],
  multiplier: 0x85ebca6b | 0,
  /** Of the finalizer, after shifts by 16 and 13. */
  finalizers: [0x85ebca6b | 0, 0xc2b2ae35 | 0],
  /** Where the words of the index stand among those of {@link streamWords}. */
  indexAt: 2,
} as const;

/** The words that the hash of a stream takes in. */
export function streamWords(seed: number, name: string, index: number): number[] {
  const words = [half(seed, 0), half(seed, 1), half(index, 0), half(index, 1), name.length];
  for (let i = 0; i < name.length; i++) words.push(name.charCodeAt(i));
  words.push(0, 1, 2, 3);
  return words;
}

function hash128(seed: number, name: string, index: number): [number, number, number, number] {
  const lanes = [...STREAM_HASH.lanes] as [number, number, number, number];
  for (const word of streamWords(seed, name, index)) {
    for (let lane = 0; lane < 4; lane++) {
      lanes[lane] = mix(
        Math.imul(lanes[lane]! ^ word, STREAM_HASH.multiplier) + lanes[(lane + 3) & 3]! + lane,
      );
    }
  }
  return lanes;
}

function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), STREAM_HASH.finalizers[0]);
  x = Math.imul(x ^ (x >>> 13), STREAM_HASH.finalizers[1]);
  return x ^ (x >>> 16);
}
