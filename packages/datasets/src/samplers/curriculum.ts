import type { Sampler } from '@espalier/core';
import { checkOptions, option, readOptions, stream } from '@espalier/core';
import { pow } from '@espalier/core/internal';
import { invalidData } from '../invalid-data.js';
import { numbersByExample } from './numbers-by-example.js';

const SCOPE = 'curriculum';

/** Options of {@link curriculum}. */
export interface CurriculumOptions {
  /** `[N]`, how difficult each example is, in any unit; finite numbers. Of equal ones the first in the data is the easier. */
  readonly difficulty: ArrayLike<number>;
  /** Epochs until all examples are in: a whole number >= 1. Left out where `pacing` is a function. */
  readonly epochs?: number;
  /** Share of the examples that the first epoch has, 0 < from <= 1. Default 0.2. */
  readonly from?: number;
  /**
   * How the share grows: `linear`; `root`, quickly at first; `exponential`, slowly at first; or a function of the epoch, from 0, that
   * gives a share, 0 < share <= 1. Default `linear`.
   */
  readonly pacing?: 'linear' | 'root' | 'exponential' | ((epoch: number) => number);
}

/**
 * A curriculum: the first epochs have the easiest examples only, later ones more and more of them, in random order.
 *
 * With `c = from` and `t = epoch / epochs`, at most 1, the share of the examples in an epoch is
 *
 * ```text
 * linear       c + (1 - c) t
 * root         sqrt(c^2 + (1 - c^2) t)
 * exponential  c^(1 - t)
 * ```
 *
 * How difficult an example is, something else has to say: the loss of a smaller model (`topLosses` of @espalier/diagnostics), the length of
 * a text. The easiest examples may be of a few classes only: look at that, or rank within classes.
 *
 * @returns A sampler for `fit` and {@link batches}: a pure function of seed and epoch, so that a run resumes in the middle of it.
 *   Its epochs differ in their steps.
 * @throws EspalierError `invalid-option`; `invalid-data` when it is used with a data set of another size.
 * @example
 * ```ts
 * const data = fromArrays({ inputs: [[1], [2], [3], [4]], targets: [[1], [4], [9], [16]] });
 * const sampler = curriculum({ difficulty: [0.1, 3, 0.2, 2], epochs: 3, from: 0.5 });
 * const order = batches(data, { sampler, epoch: 0 });
 * ```
 * @see Hacohen and Weinshall, On the power of curriculum learning, 2019; the shares: Platanios et al., Competence-based curriculum
 *   learning, 2019, equations 6 and 7.
 */
export function curriculum(options: CurriculumOptions): Sampler {
  const { values, config } = readOptions(SCOPE, options, {
    difficulty: numbersByExample(),
    epochs: option.integer({ min: 1, optional: true }),
    from: option.number({ min: 0, exclusiveMin: true, max: 1, optional: true }),
    pacing: option.custom<NonNullable<CurriculumOptions['pacing']>>({
      expected: "'linear', 'root', 'exponential', or a function of the epoch",
      accepts: (value) => typeof value === 'function' || Object.hasOwn(PACING, String(value)),
      default: 'linear',
    }),
  });
  const share = shareOf(values);
  const difficulty = Float64Array.from(values.difficulty);
  difficulty.forEach((one, i) => checkOptions(SCOPE).number(`difficulty[${i}]`, one));
  const easiestFirst = Uint32Array.from(difficulty.keys()).sort((a, b) => difficulty[a]! - difficulty[b]!);
  const length = (epoch: number): number => Math.max(1, Math.round(share(epoch) * difficulty.length));
  return {
    name: SCOPE,
    config,
    length,
    order(size, { seed, epoch }) {
      if (size !== difficulty.length) {
        invalidData(
          SCOPE,
          `there are ${difficulty.length} difficulties and ${size} examples; give one for each example.`,
        );
      }
      const order = stream(seed, SCOPE, epoch).permutation(length(epoch));
      return order.map((rank) => easiestFirst[rank]!);
    },
  };
}

/** Share at `t`, from `c` at 0 to 1 at 1. */
const PACING: Readonly<Record<string, (c: number, t: number) => number>> = {
  linear: (c, t) => c + (1 - c) * t,
  root: (c, t) => Math.sqrt(c * c + (1 - c * c) * t),
  exponential: (c, t) => pow(c, 1 - t),
};

function shareOf({
  epochs,
  from,
  pacing = 'linear',
}: Omit<CurriculumOptions, 'difficulty'>): (epoch: number) => number {
  const check = checkOptions(SCOPE);
  if (typeof pacing === 'function') {
    for (const [name, value] of Object.entries({ epochs, from }))
      if (value !== undefined) check.fail(name, 'left out where pacing is a function', value);
    return (epoch) => {
      const share = pacing(epoch);
      check.number(`pacing of epoch ${epoch}`, share, { min: 0, exclusiveMin: true, max: 1 });
      return share;
    };
  }
  if (epochs === undefined) return check.fail('epochs', 'a whole number >= 1', epochs);
  const grown = PACING[pacing]!;
  return (epoch) => (epoch >= epochs ? 1 : grown(from ?? 0.2, epoch / epochs));
}
