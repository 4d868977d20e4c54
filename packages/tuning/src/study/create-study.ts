import { checkOptions, EspalierError, option, readOptions } from '@espalier/core';
import type { Pruner } from '../pruners/pruner.js';
import type { Sampler } from '../samplers/sampler.js';
import { tpeSampler } from '../samplers/tpe/tpe-sampler.js';
import type { Space } from '../space/space.js';
import { memoryStorage } from '../storage/memory-storage.js';
import type { Direction } from '../trial/trial-record.js';
import type { StudyHeader } from './study-event.js';
import type { StudyStorage } from './study-storage.js';
import { Study } from './study.js';

/** Options of {@link createStudy}. */
export interface StudyOptions<P> {
  readonly space: Space<P>;
  /** Whether small or large values are better; a list for several objectives. Default `minimize`. */
  readonly direction?: Direction | readonly Direction[];
  /** Default `tpeSampler()`. */
  readonly sampler?: Sampler;
  /** Default: no trial is stopped early. */
  readonly pruner?: Pruner;
  /** Fixes all suggestions. A whole number >= 0, default 0. */
  readonly seed?: number;
  /** Default `study`. */
  readonly name?: string;
  /** Where the study is kept. Default: in memory. */
  readonly storage?: StudyStorage;
  /** Milliseconds since 1970, for the records and the time limit; nothing else depends on it. Default `Date.now`. */
  readonly clock?: () => number;
}

/**
 * Makes a study, or opens the one that its storage has: the trials are there again, and those that were running when the
 * process ended run first.
 *
 * The same options with the same seed and `parallel` give the same search, in one go or in several.
 *
 * @returns A study; `close` it when its storage is a file.
 * @throws EspalierError `invalid-option`; and where the storage holds a study of another space, seed, direction, sampler
 *   or pruner, naming what differs.
 * @example
 * ```ts
 * const study = await createStudy({
 *   space: space({ learningRate: float(1e-4, 1e-1, { log: true }), units: int(8, 64) }),
 *   seed: 1,
 * });
 * await study.optimize(({ parameters }) => (Math.log10(parameters.learningRate) + 2) ** 2, { trials: 30 });
 * console.log(study.best?.parameters);
 * ```
 */
export async function createStudy<P>(options: StudyOptions<P>): Promise<Study<P>> {
  const { values } = readOptions<StudyOptions<P>, typeof rules>('study', options, rules);
  const { direction, pruner, seed, name } = values;
  const { space, sampler = tpeSampler(), storage = memoryStorage(), clock = Date.now } = options;
  const directions = typeof direction === 'string' ? [direction] : direction;
  const check = checkOptions('study');
  if (pruner && directions.length > 1)
    check.fail('pruner', 'left out with several objectives', pruner.config.kind);
  sampler.size?.(space);
  const header: StudyHeader = {
    type: 'study',
    version: 1,
    name,
    seed,
    directions,
    space: space.dimensions,
    sampler: sampler.config,
    pruner: pruner?.config ?? null,
  };
  const events = await storage.open();
  try {
    const found = events[0];
    if (found) compare(found as StudyHeader, header, storage.name);
    else await storage.append(header);
    const study = new Study<P>(
      { name, space, directions, sampler, pruner, seed, storage, clock },
      found ? events : [header],
    );
    await study.removeEntries();
    return study;
  } catch (error) {
    await storage.close();
    throw error;
  }
}

const DIRECTIONS: readonly unknown[] = ['minimize', 'maximize'] satisfies Direction[];

/** Whether a value has these methods. */
const has =
  (...methods: readonly string[]) =>
  (value: unknown): boolean =>
    methods.every((name) => typeof (value as Record<string, unknown> | null)?.[name] === 'function');

const rules = {
  space: option.custom<Space<unknown>>({
    expected: 'made by space()',
    accepts: (value) => Array.isArray((value as Partial<Space> | null)?.dimensions),
  }),
  direction: option.custom<Direction | readonly Direction[], { readonly default: 'minimize' }>({
    default: 'minimize',
    expected: "one of 'minimize', 'maximize', or a list of these",
    accepts: (value) =>
      DIRECTIONS.includes(value) ||
      (Array.isArray(value) && value.length > 0 && value.every((each) => DIRECTIONS.includes(each))),
  }),
  sampler: option.custom<Sampler, { readonly optional: true }>({
    optional: true,
    expected: 'a sampler, e.g. tpeSampler()',
    accepts: has('suggest'),
  }),
  pruner: option.custom<Pruner, { readonly optional: true }>({
    optional: true,
    expected: 'a pruner, e.g. medianPruner()',
    accepts: has('prune'),
  }),
  seed: option.seed({ default: 0 }),
  name: option.text({ default: 'study' }),
  storage: option.custom<StudyStorage, { readonly optional: true }>({
    optional: true,
    expected: 'a storage, e.g. journalStorage(path)',
    accepts: has('open', 'append', 'close'),
  }),
  clock: option.custom<() => number, { readonly optional: true }>({
    optional: true,
    expected: 'a function that gives milliseconds',
    accepts: (value) => typeof value === 'function' && Number.isFinite((value as () => unknown)()),
  }),
};

function compare(found: StudyHeader, wanted: StudyHeader, place: string): void {
  if (found.type !== 'study' || found.version !== 1)
    refuse(place, 'it holds no study of this version; give another place');
  for (const part of ['name', 'seed', 'directions', 'space', 'sampler', 'pruner'] as const) {
    const [before, now] = [JSON.stringify(found[part]), JSON.stringify(wanted[part])];
    if (before !== now)
      refuse(
        place,
        `its ${part} is ${before}, this program's is ${now}; make them equal, or give another place`,
      );
  }
}

function refuse(place: string, what: string): never {
  throw new EspalierError({
    code: 'invalid-option',
    scope: 'study',
    message: `cannot resume the study of ${place}: ${what}.`,
  });
}
