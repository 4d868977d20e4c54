import { fail } from '../errors.js';
import { stream } from '../random.js';

/** Which draw a sampler makes. */
export interface SamplerDraw {
  /** Seed of the run. */
  readonly seed: number;
  /** Number of the epoch, from 0. */
  readonly epoch: number;
}

/**
 * Decides which examples of a data set an epoch takes, and in which order: a pure function of size, seed and epoch, so that
 * a run can go on in the middle of an epoch.
 *
 * @example
 * ```ts
 * const backwards: Sampler = {
 *   name: 'backwards',
 *   order: (size) => Uint32Array.from({ length: size }, (_, i) => size - 1 - i),
 * };
 * ```
 */
export interface Sampler {
  /** What it is called in messages and records. */
  readonly name: string;
  /** The options that it was made with, as plain data: for records. */
  readonly config?: unknown;
  /**
   * Examples of an epoch; a function of its number where epochs differ, in which case schedules in epochs go by whole epochs. Default:
   * as many as the data set has.
   */
  readonly length?: number | ((epoch: number) => number);
  /** Numbers of the examples, each < `size`; the same example may come more than once. */
  order(size: number, draw: SamplerDraw): Uint32Array;
}

/** Every example once, in random order: what a run does unless told otherwise. */
export const uniformOrder: Sampler = {
  name: 'uniform',
  order: (size, { seed, epoch }) => stream(seed, 'shuffle', epoch).permutation(size),
};

/** Every example once, as they lie in the data. */
export const givenOrder: Sampler = {
  name: 'given order',
  order(size) {
    const order = new Uint32Array(size);
    for (let i = 0; i < size; i++) order[i] = i;
    return order;
  },
};

/**
 * Number of examples of an epoch.
 *
 * @throws EspalierError `invalid-data` where a sampler's own function gives no number of examples.
 */
export function samplesOf({ name, length }: Sampler, size: number, epoch: number): number {
  if (typeof length !== 'function') return length ?? size;
  const examples = length(epoch);
  if (Number.isSafeInteger(examples) && examples >= 0) return examples;
  return fail('invalid-data', 'sampler', `'${name}' says that epoch ${epoch} has ${examples} examples.`);
}

/**
 * The numbers of an epoch's examples, checked.
 *
 * @throws EspalierError `invalid-data` naming the sampler.
 */
export function drawOrder(sampler: Sampler, size: number, draw: SamplerDraw): Uint32Array {
  const order: unknown = sampler.order(size, draw);
  if (sampler === uniformOrder || sampler === givenOrder) return order as Uint32Array;
  const wanted = samplesOf(sampler, size, draw.epoch);
  const refuse = (got: string): never =>
    fail(
      'invalid-data',
      'sampler',
      `'${sampler.name}' must give a Uint32Array of ${wanted} examples, got ${got}.`,
    );
  if (Object.prototype.toString.call(order) !== '[object Uint32Array]') return refuse(typeof order);
  const drawn = order as Uint32Array;
  if (drawn.length !== wanted) refuse(`${drawn.length} (say in its \`length\` how many an epoch has)`);
  const bad = drawn.findIndex((example) => example >= size);
  if (bad >= 0) refuse(`example ${drawn[bad]} at position ${bad}, where the data set has ${size}`);
  return drawn;
}
