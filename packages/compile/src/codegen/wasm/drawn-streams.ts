import { half, STREAM_HASH, streamWords } from '@espalier/core/internal';
import type { StepSeriesPlan } from './step-series.js';
import { HASHED, STATE_BYTES } from './stream-code.js';

/** See `hashFunction`. */
type Hash = (words: number, count: number, target: number) => void;

/** The generators that the steps of a module draw from: hashed by the module, for many steps that follow each other. */
export class DrawnStreams {
  readonly #memory: WebAssembly.Memory;
  readonly #plan: StepSeriesPlan;
  readonly #hash: Hash;
  #seed = NaN;
  #first = NaN;

  constructor(memory: WebAssembly.Memory, plan: StepSeriesPlan, hash: Hash) {
    this.#memory = memory;
    this.#plan = plan;
    this.#hash = hash;
  }

  /** Sees to it that the generators of some steps are there; gives the place of the first among those that are. */
  prepare(seed: number, draw: number, times: number): number {
    const at = draw - this.#first;
    if (seed === this.#seed && at >= 0 && at + times <= this.#plan.drawable) return at;
    for (const { stream, words, wordCount, states } of this.#plan.drawn) {
      const rows = new Int32Array(this.#memory.buffer, words, wordCount * HASHED);
      if (seed !== this.#seed)
        streamWords(seed, stream, draw).forEach((word, i) => rows.fill(word, i * HASHED, (i + 1) * HASHED));
      for (let block = 0; block < this.#plan.drawable / HASHED; block++) {
        for (let i = 0; i < HASHED; i++) {
          const index = draw + block * HASHED + i;
          const place = STREAM_HASH.indexAt * HASHED + i;
          rows[place] = half(index, 0);
          rows[place + HASHED] = half(index, 1);
        }
        this.#hash(words, wordCount, states + block * STATE_BYTES);
      }
    }
    this.#seed = seed;
    this.#first = draw;
    return 0;
  }
}
