import { checkOptions, EspalierError } from '@espalier/core';
import { describe } from '@espalier/core/internal';
import { nonDominationRanks } from '../math/pareto.js';
import type { Pruner } from '../pruners/pruner.js';
import type { Sampler } from '../samplers/sampler.js';
import type { ParameterValue } from '../space/distributions.js';
import { valueProblem } from '../space/distributions.js';
import type { Space } from '../space/space.js';
import type { Direction, Report, TrialRecord } from '../trial/trial-record.js';
import { costs, violation } from '../trial/trial-record.js';
import type { Objective, OptimizeOptions } from './optimize.js';
import { optimize } from './optimize.js';
import { endingOf, failureOf } from './ending.js';
import { prunes } from './prunes.js';
import type { StudyEvent } from './study-event.js';
import { StudyState } from './study-state.js';
import type { StudyStorage } from './study-storage.js';
import { askedSampler, suggestParameters } from './suggest.js';
import type { Terminator } from '../terminators/terminator.js';
import type { Outcome } from './trial.js';
import { Trial } from './trial.js';

/** Some of a trial's parameters. */
export type PartialParameters<P> = P extends unknown ? Partial<P> : never;

/** What a study is made of, see `createStudy`. */
export interface StudyParts<P> {
  readonly name: string;
  readonly space: Space<P>;
  readonly directions: readonly Direction[];
  readonly sampler: Sampler;
  readonly pruner: Pruner | undefined;
  readonly seed: number;
  readonly storage: StudyStorage;
  readonly clock: () => number;
}

const SCOPE = 'study';

/** A search: its trials so far, and what makes the next ones. Made by `createStudy`. */
export class Study<P> {
  readonly #parts: StudyParts<P>;
  readonly #state = new StudyState();
  /** Trials that this process has given out. */
  readonly #claimed = new Map<number, Trial<P>>();
  #stopReason: string | undefined;

  constructor(parts: StudyParts<P>, events: readonly StudyEvent[]) {
    this.#parts = parts;
    for (const event of events) this.#state.apply(event);
  }

  get name(): string {
    return this.#parts.name;
  }
  get space(): Space<P> {
    return this.#parts.space;
  }
  get directions(): readonly Direction[] {
    return this.#parts.directions;
  }

  /** All trials, by number. */
  get trials(): readonly TrialRecord<P>[] {
    return this.#state.trials as unknown as readonly TrialRecord<P>[];
  }

  /** The best complete feasible trial, the first of equals. `undefined` where there is none. @throws EspalierError with several objectives. */
  get best(): TrialRecord<P> | undefined {
    if (this.directions.length > 1)
      fail(
        'invalid-option',
        `the study has ${this.directions.length} objectives, and no best trial; read paretoFront.`,
      );
    const cost = ({ values }: TrialRecord<P>) => costs(values!, this.directions)[0]!;
    return this.#feasible().reduce<TrialRecord<P> | undefined>(
      (best, trial) => (best && cost(best) <= cost(trial) ? best : trial),
      undefined,
    );
  }

  /** The complete feasible trials that no other is better than, by number; with one objective the best ones. */
  get paretoFront(): readonly TrialRecord<P>[] {
    const feasible = this.#feasible();
    const ranks = nonDominationRanks(feasible.map(({ values }) => costs(values!, this.directions)));
    return feasible.filter((_, i) => ranks[i] === 0);
  }

  /** Why it stopped, where `stop` was called, or a terminator ended it. */
  get stopReason(): string | undefined {
    return this.#stopReason;
  }

  /** Starts no more trials; those that run go on to their end. */
  stop(reason: string): void {
    this.#stopReason ??= reason;
  }

  /**
   * Puts values in front: one of the next trials has them, in the order of calls. What is left out, the sampler chooses.
   *
   * @throws EspalierError `invalid-option` for a value that is not in the space.
   */
  async enqueue(fixed: PartialParameters<P>): Promise<void> {
    const { dimensions } = this.#parts.space;
    for (const [name, value] of Object.entries(fixed as Readonly<Record<string, unknown>>)) {
      const dimension = dimensions.find((each) => each.name === name);
      if (!dimension)
        fail(
          'invalid-option',
          `parameter '${name}' is not in the space, which has ${dimensions.map((d) => d.name).join(', ')}.`,
        );
      const problem = valueProblem(dimension!.distribution, value);
      if (problem) fail('invalid-option', `parameter '${name}' must be ${problem}, got ${describe(value)}.`);
    }
    await this.#record({
      type: 'enqueue',
      fixed: { ...(fixed as Readonly<Record<string, ParameterValue>>) },
    });
  }

  /** Whether the sampler has no more suggestions, as a grid at its end, and nothing is queued. */
  get exhausted(): boolean {
    const { sampler, space } = this.#parts;
    const size = sampler.size?.(space) ?? Infinity;
    return this.#state.queue.length === 0 && askedSampler(this.#state.trials) >= size;
  }

  /** The number of the next trial that `ask` would give, and which trials must be finished before. */
  next(parallel: number): { readonly number: number; readonly horizon: number } {
    const left = this.#state.trials.find(
      ({ state, number }) => state === 'running' && !this.#claimed.has(number),
    );
    if (left) return left;
    const number = this.#state.trials.length;
    return { number, horizon: Math.max(0, number - parallel + 1) };
  }

  /** Whether all that the next trial must wait for is finished. */
  isReady(parallel: number): boolean {
    return this.#unfinishedBelow(this.next(parallel).horizon).length === 0;
  }

  /** Why a terminator would start no trial that may look at those before `horizon`; `undefined`: it would. */
  judge(terminator: Terminator, horizon: number): string | undefined {
    const { space, seed, directions } = this.#parts;
    const finished = this.#state.trials.slice(0, horizon);
    return terminator.stop({ space, seed, finished, direction: directions[0]! });
  }

  /**
   * A trial to run by hand; its outcome is given to `tell`. Trials that an earlier process left unfinished come first.
   *
   * @param options `parallel`: how many trials run at once, default 1. A trial is chosen by the outcomes of all trials that
   *   are at least so many numbers before it, which must be told by then; so the search does not depend on which of them
   *   ends first.
   * @throws EspalierError `invalid-option` where such an outcome is missing, or the sampler has no more suggestions.
   */
  async ask(options: { readonly parallel?: number; readonly signal?: AbortSignal } = {}): Promise<Trial<P>> {
    const { parallel = 1, signal = new AbortController().signal } = options;
    checkOptions(SCOPE).integer('parallel', parallel, { min: 1 });
    const { number, horizon } = this.next(parallel);
    const waiting = this.#unfinishedBelow(horizon);
    if (waiting.length > 0)
      fail(
        'invalid-option',
        `trial ${number} needs the outcome of trial ${waiting.join(', ')}; tell it first, or ask with a larger parallel than ${parallel}.`,
      );
    let started: Promise<void> | undefined;
    if (number === this.#state.trials.length) started = this.#start(horizon);
    const trial = new Trial<P>(this.#hostOf(number), this.#parts.seed, signal);
    this.#claimed.set(number, trial);
    await started;
    return trial;
  }

  /**
   * Records how a trial ended.
   *
   * @param outcome The objective's value, one for each direction, or `'pruned'`; or `{ error }` for a trial that failed.
   *   NaN makes it a failed one. A trial that `pruned` is true of is recorded as pruned, with its value if it has one.
   * @throws EspalierError `invalid-option` for a trial that is not running, or a wrong number of values.
   */
  async tell(trial: Trial<P>, outcome: Outcome | { readonly error: unknown }): Promise<TrialRecord<P>> {
    const { number, constraints } = trial;
    if (this.#claimed.get(number) !== trial || this.trials[number]?.state !== 'running')
      fail(
        'invalid-option',
        `trial ${number} does not run; tell each trial once, to the study that gave it.`,
      );
    const ending =
      typeof outcome === 'object' && 'error' in outcome
        ? failureOf(outcome.error)
        : endingOf(outcome, trial.pruned, this.directions.length);
    await this.#record({
      type: 'finish',
      trial: number,
      ...ending,
      constraints: [...constraints],
      at: this.#parts.clock(),
    });
    this.#claimed.delete(number);
    await this.removeEntries();
    return this.trials[number]!;
  }

  /** Lets a trial go unfinished, so that it is resumed later. */
  release(trial: Trial<P>): void {
    this.#claimed.delete(trial.number);
  }

  /** Runs trials of an objective, see {@link OptimizeOptions}. */
  optimize(objective: Objective<P>, options: OptimizeOptions<P>): Promise<void> {
    return optimize(this, objective, options, this.#parts.clock);
  }

  /** Lets go of the storage, so that another process can open it. */
  close(): Promise<void> {
    return this.#parts.storage.close();
  }

  #start(horizon: number): Promise<void> {
    if (this.exhausted)
      fail(
        'invalid-option',
        `${this.#parts.sampler.config.kind} has no more suggestions; the search is complete.`,
      );
    const { space, sampler, seed, directions, clock } = this.#parts;
    const { trials, queue } = this.#state;
    const fixed = queue[0];
    const parameters = suggestParameters({
      space,
      sampler,
      seed,
      directions,
      trials,
      horizon,
      fixed: fixed ?? {},
    });
    const trial = trials.length;
    return this.#record({ type: 'start', trial, horizon, parameters, ...(fixed && { fixed }), at: clock() });
  }

  #feasible(): TrialRecord<P>[] {
    return this.trials.filter((trial) => trial.state === 'complete' && violation(trial) === 0);
  }

  #unfinishedBelow(horizon: number): number[] {
    return this.#state.trials
      .slice(0, horizon)
      .filter(({ state }) => state === 'running')
      .map(({ number }) => number);
  }

  /** The state changes at once, so that two calls that overlap see each other. */
  #record(event: StudyEvent): Promise<void> {
    this.#state.apply(event);
    return this.#parts.storage.append(event);
  }

  #hostOf(number: number) {
    const { storage } = this.#parts;
    const entry = (key: string) => `trial-${number}-${key}`;
    return {
      record: () => this.#state.trials[number]!,
      report: async (report: Report) => {
        const prune = prunes(this.#parts, this.#state.trials, number, report);
        await this.#record({ type: 'report', trial: number, ...report });
        return prune;
      },
      note: (name: string, value: unknown) => this.#record({ type: 'note', trial: number, name, value }),
      write: (key: string, bytes: Uint8Array) => storage.write(entry(key), bytes),
      read: (key: string) => storage.read(entry(key)),
    };
  }

  /** Removes what is kept of trials that do not run: of the one that ended, or after a process was killed in between. */
  async removeEntries(): Promise<void> {
    const { storage } = this.#parts;
    const runs = (entry: string) => this.trials[Number(entry.split('-')[1])]?.state === 'running';
    const left = (await storage.entries()).filter((entry) => !runs(entry));
    await Promise.all(left.map((entry) => storage.remove(entry)));
  }
}

function fail(code: 'invalid-option', message: string): never {
  throw new EspalierError({ code, scope: SCOPE, message });
}
