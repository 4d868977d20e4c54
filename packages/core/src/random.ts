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

/** How many states {@link streamStates} makes at once. */
export const STATES = 4;

/**
 * The 128 bits that the generators of `stream(seed, name, index)` and the next indices start from, high half of each word first,
 * written to `into` one after the other. Each is a chain of dependent steps, and a processor works on several chains at a time.
 */
export function streamStates(seed: number, name: string, index: number, into: Int32Array): void {
  const { length } = name;
  let [a0, b0, c0, d0] = [A, B, C, D];
  let [a1, b1, c1, d1] = [A, B, C, D];
  let [a2, b2, c2, d2] = [A, B, C, D];
  let [a3, b3, c3, d3] = [A, B, C, D];
  for (let i = 0; i < length + 9; i++) {
    const varies = i === 2 || i === 3;
    let w0: number;
    if (i >= 5 && i < length + 5) w0 = name.charCodeAt(i - 5);
    else if (i > 5 || i === length + 5) w0 = i - length - 5;
    else if (i === 4) w0 = length;
    else w0 = half(i < 2 ? seed : index, i & 1);
    const w1 = varies ? half(index + 1, i & 1) : w0;
    const w2 = varies ? half(index + 2, i & 1) : w0;
    const w3 = varies ? half(index + 3, i & 1) : w0;
    a0 = mix(Math.imul(a0 ^ w0, K) + d0);
    a1 = mix(Math.imul(a1 ^ w1, K) + d1);
    a2 = mix(Math.imul(a2 ^ w2, K) + d2);
    a3 = mix(Math.imul(a3 ^ w3, K) + d3);
    b0 = mix(Math.imul(b0 ^ w0, K) + a0 + 1);
    b1 = mix(Math.imul(b1 ^ w1, K) + a1 + 1);
    b2 = mix(Math.imul(b2 ^ w2, K) + a2 + 1);
    b3 = mix(Math.imul(b3 ^ w3, K) + a3 + 1);
    c0 = mix(Math.imul(c0 ^ w0, K) + b0 + 2);
    c1 = mix(Math.imul(c1 ^ w1, K) + b1 + 2);
    c2 = mix(Math.imul(c2 ^ w2, K) + b2 + 2);
    c3 = mix(Math.imul(c3 ^ w3, K) + b3 + 2);
    d0 = mix(Math.imul(d0 ^ w0, K) + c0 + 3);
    d1 = mix(Math.imul(d1 ^ w1, K) + c1 + 3);
    d2 = mix(Math.imul(d2 ^ w2, K) + c2 + 3);
    d3 = mix(Math.imul(d3 ^ w3, K) + c3 + 3);
  }
  put(into, 0, a0, b0, c0, d0);
  put(into, 4, a1, b1, c1, d1);
  put(into, 8, a2, b2, c2, d2);
  put(into, 12, a3, b3, c3, d3);
}

function put(into: Int32Array, at: number, a: number, b: number, c: number, d: number): void {
  into[at] = a;
  into[at + 1] = b;
  into[at + 2] = c;
  into[at + 3] = d;
}

/** The low or the high 32 bits of a whole number. */
function half(value: number, high: number): number {
  return high === 0 ? value | 0 : Math.floor(value / 2 ** 32) | 0;
}

const [A, B, C, D] = [0x9e3779b9 | 0, 0x243f6a88 | 0, 0xb7e15162 | 0, 0x6a09e667 | 0] as const;
const K = 0x85ebca6b | 0;

function hash128(seed: number, name: string, index: number): [number, number, number, number] {
  const lanes: [number, number, number, number] = [A, B, C, D];
  const absorb = (word: number): void => {
    for (let lane = 0; lane < 4; lane++) {
      lanes[lane] = mix(Math.imul(lanes[lane]! ^ word, K) + lanes[(lane + 3) & 3]! + lane);
    }
  };
  for (const value of [seed, index]) {
    absorb(half(value, 0));
    absorb(half(value, 1));
  }
  absorb(name.length);
  for (let i = 0; i < name.length; i++) absorb(name.charCodeAt(i));
  for (let round = 0; round < 4; round++) absorb(round);
  return lanes;
}

function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), K);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
