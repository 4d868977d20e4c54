import type { Checkpoint } from '@espalier/core';
import { checkOptions, decodeCheckpoint, encodeCheckpoint, stream } from '@espalier/core';
import type { Report, TrialRecord } from '../trial/trial-record.js';

/** What an objective gives: its value, one for each direction, or that it stopped since it was pruned. */
export type Outcome = number | readonly number[] | 'pruned';

/** What a trial needs of its study. */
export interface TrialHost {
  record(): TrialRecord;
  report(report: Report): Promise<boolean>;
  note(name: string, value: unknown): Promise<void>;
  write(entry: string, bytes: Uint8Array): Promise<void>;
  read(entry: string): Promise<Uint8Array | undefined>;
}

/** A running trial, as its objective sees it. */
export class Trial<P> {
  readonly #host: TrialHost;
  readonly #constraints: number[] = [];
  #pruned = false;
  /** From 0. */
  readonly number: number;
  readonly parameters: P;
  /** A seed of its own, by the study's seed and the trial's number: a whole number below 2^32. */
  readonly seed: number;
  /** Fires when the study is asked to stop at once; the trial is resumed when the study is. */
  readonly signal: AbortSignal;

  constructor(host: TrialHost, studySeed: number, signal: AbortSignal) {
    const { number, parameters } = host.record();
    this.#host = host;
    this.number = number;
    this.parameters = parameters as P;
    this.seed = stream(studySeed, 'trial', number).nextInt32() >>> 0;
    this.signal = signal;
  }

  /** All that it has reported, also before the program was started again. */
  get reports(): readonly Report[] {
    return this.#host.record().reports;
  }

  /** Whether the pruner has said that it should stop. */
  get pruned(): boolean {
    return this.#pruned;
  }

  /** What was given to `constrain`. */
  get constraints(): readonly number[] {
    return this.#constraints;
  }

  /**
   * Tells of a value on the way. A second report of the same fold and step replaces the first, so a resumed trial may tell
   * again what it told before.
   *
   * @param value NaN is allowed: most pruners stop a trial for it.
   * @param place `step`: the epoch, from 0; left out for the result of a whole fold. `fold`: from 0, where there are folds.
   * @returns Whether the pruner says that the trial should stop. It is up to the objective to return `'pruned'` then.
   */
  async report(value: number, place: { readonly step?: number; readonly fold?: number }): Promise<boolean> {
    const check = checkOptions('trial');
    const { step, fold } = place;
    if (typeof value !== 'number') check.fail('value', 'a number', value);
    if (step === undefined && fold === undefined) check.fail('step or fold', 'given', place);
    if (step !== undefined) check.integer('step', step, { min: 0 });
    if (fold !== undefined) check.integer('fold', fold, { min: 0 });
    const report = { ...(fold !== undefined && { fold }), ...(step !== undefined && { step }), value };
    if (await this.#host.report(report)) this.#pruned = true;
    return this.#pruned;
  }

  /** Says how far the trial is from what is allowed: each value > 0 makes it infeasible. NaN is refused. */
  constrain(values: readonly number[]): void {
    values.forEach((value, i) => {
      if (typeof value !== 'number' || Number.isNaN(value))
        checkOptions('trial').fail(`constraints[${i}]`, 'a number', value);
    });
    this.#constraints.splice(0, Infinity, ...values);
  }

  /** Keeps something of the trial in its record: any JSON. */
  note(name: string, value: unknown): Promise<void> {
    return this.#host.note(name, value);
  }

  /** Keeps a checkpoint until the trial ends; a later one of the same key replaces it. Key: default `run`. */
  saveCheckpoint(checkpoint: Checkpoint, key = 'run'): Promise<void> {
    return this.#host.write(key, encodeCheckpoint(checkpoint));
  }

  /** The last checkpoint of this key, where the trial was interrupted and goes on. */
  async loadCheckpoint(key = 'run'): Promise<Checkpoint | undefined> {
    const bytes = await this.#host.read(key);
    return bytes && decodeCheckpoint(bytes);
  }

  /** Keeps bytes until the trial ends, under a key that no checkpoint has. */
  saveBytes(key: string, bytes: Uint8Array): Promise<void> {
    return this.#host.write(key, bytes);
  }

  /** The bytes of this key. */
  loadBytes(key: string): Promise<Uint8Array | undefined> {
    return this.#host.read(key);
  }
}
