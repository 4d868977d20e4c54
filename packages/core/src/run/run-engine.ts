import type { HostArray } from '../data/arrays.js';
import type { BatchSums } from '../engine/executor.js';
import { fail } from '../errors.js';
import type { OutputObjective } from '../step/output-objective.js';
import type { Checkpoint } from './checkpoint.js';
import { freeze, type RunContents } from './freeze.js';
import type { PluginDriver } from './plugin-driver.js';
import type { StepLogs } from './plugin.js';
import type { EpochLogs, EpochRecord, Evaluation, RunStatus } from './record.js';
import { type RunHost, type RunPlan, RunState, stepsOfEpoch } from './run-state.js';
import type { Snapshot } from './run.js';
import { ACCEPTED } from '../step/state.js';
import { noteChanges } from './note-changes.js';
import { noteNonFinite } from './non-finite.js';
import { RunClock } from './run-clock.js';
import { Totals } from './totals.js';
import { numbersOf, recordVectors, vectorsOf } from './vectors.js';

/** Steps that were done. */
export interface StepsDone {
  /** How many, default 1. */
  readonly count?: number;
  /** Of the last of them; default: the run's. */
  readonly learningRate?: number;
  /** The examples in each of them, and the sums over these, one step's after the other's, for the run's totals. */
  readonly examples?: number;
  readonly sums?: BatchSums;
  /** Numbers that come without sums. */
  logs?(): EpochLogs;
  /** A tensor that was tapped in the last of them. */
  tap?(name: string): Promise<HostArray | undefined>;
}

/** The host of a run whose checkpoints the engine makes. */
export type EngineHost = Omit<RunHost, 'checkpoint' | 'snapshot' | 'rollBack' | 'writeState'> & {
  readonly contents?: RunContents;
};

/** A hand-written loop may leave `epochStart` out. */
type Phase = 'new' | 'between epochs' | 'in an epoch' | 'ended';
const DURING: readonly Phase[] = ['between epochs', 'in an epoch'];

/**
 * The life of a run: counters, record, last validation, stop, save and resume, and which hooks run at each event. Others
 * advance it: `runLoop` for the trainer and for scripted runs, a hand-written loop through `compose`.
 */
export class RunEngine {
  readonly run: RunState;
  readonly driver: PluginDriver;
  readonly #plan: RunPlan;
  readonly #objectives: readonly OutputObjective[];
  readonly #totals: Totals;
  readonly #host: EngineHost;
  #phase: Phase = 'new';
  #validated: Evaluation = {};
  #validatedAtStep = -1;
  #lastRate: number;
  readonly #clock: RunClock;
  /** The epoch's line stands in the record while the epoch is not over: its length ended the run. */
  #cutShort = false;

  /** @param objectives What the sums of steps are totals of; none where a run is told of numbers instead. */
  constructor(
    plan: RunPlan,
    driver: PluginDriver,
    host: EngineHost,
    objectives: readonly OutputObjective[] = [],
  ) {
    this.driver = driver;
    this.#plan = plan;
    this.#objectives = objectives;
    this.#totals = new Totals(objectives);
    this.#host = host;
    const own: RunHost = {
      ...host,
      checkpoint: () => this.#checkpoint(),
      snapshot: () => this.#snapshot(),
      rollBack: (to) => this.#rollBack(to),
      writeState: (entries) => this.#contents().writeState(entries),
    };
    this.run = new RunState(plan, own, driver.logs);
    this.#clock = new RunClock(this.run.seconds, plan.now);
    this.#lastRate = this.run.learningRate;
  }

  /** Whether the epochs, steps or seconds that the run was given are used up. */
  get isLongEnough(): boolean {
    const { epochs, steps = Infinity, seconds = Infinity } = this.#plan;
    const { run } = this;
    if (run.epoch >= epochs || run.step >= steps) return true;
    return seconds !== Infinity && this.#clock.total(this.#isInEpoch) >= seconds;
  }

  /** Whether an epoch has steps and no end: the run's last one, resumed, has still to be ended. */
  get hasOpenEpoch(): boolean {
    return this.run.stepInEpoch > 0 && !this.#cutShort;
  }

  /** How many steps may be done before somebody has to look: the end of the run or epoch, a hook of steps, every `every` steps. */
  stepsToGo(every = Infinity): number {
    const { driver, run } = this;
    if (driver.has('onStepStart') || driver.has('onStepEnd')) return 1;
    const untilEvery = every === Infinity ? Infinity : every - (run.step % every);
    return Math.min(run.stepsPerEpoch - run.stepInEpoch, run.stepsToLook, untilEvery);
  }

  get validatedAtStep(): number {
    return this.#validatedAtStep;
  }

  async fitStart(saved?: Checkpoint): Promise<void> {
    this.#enter('fitStart', ['new'], 'between epochs');
    if (saved) {
      this.run.restore(saved);
      this.#reopenEpoch();
      noteChanges(this.run, saved.setup, this.#plan.setup);
      this.#validated = saved.validation;
      this.#validatedAtStep = saved.validatedAtStep;
      this.#lastRate = saved.learningRate;
      this.#totals.load(saved.totals, Object.keys(saved.setup.losses ?? {}));
    }
    await this.driver.fitStart(this.run, saved);
  }

  /** An epoch that the checkpoint holds a part of goes on; one that the run's length cut short does where the run is longer now. */
  #reopenEpoch(): void {
    const { run } = this;
    const { epoch, stepInEpoch, epochRecords, vectorRecords } = run;
    if (stepInEpoch === 0) return;
    this.#cutShort = epochRecords.length > epoch && this.isLongEnough;
    if (this.#cutShort) return;
    this.#clock.reopenEpoch(epoch);
    epochRecords.splice(epoch);
    vectorRecords.splice(0, vectorRecords.length, ...vectorRecords.filter((one) => one.epoch < epoch));
  }

  /** Begins an epoch, or goes on with the rest of one. */
  epochStart(): void | Promise<void> {
    this.#enter('epochStart', ['between epochs'], 'in an epoch');
    this.#clock.startEpoch();
    const { run } = this;
    if (run.stepInEpoch > 0) return;
    run.logged = {};
    this.#totals.reset();
    this.#validated = {};
    return this.driver.observe('onEpochStart', run);
  }

  stepStart(): void | Promise<void> {
    return this.driver.observe('onStepStart', this.run);
  }

  /** After a step, or several at once. */
  stepEnd(done: StepsDone): void | Promise<void> {
    const { run, driver } = this;
    this.#enter('stepEnd', DURING, 'in an epoch');
    const { count = 1, learningRate = run.learningRate } = done;
    this.#lastRate = learningRate;
    if (done.sums) this.#totals.add(done.sums, done.examples ?? 0, count);
    run.step += count;
    run.stepInEpoch += count;
    if (driver.has('onStepEnd')) return driver.observe('onStepEnd', run, this.#stepLogs(done));
  }

  #stepLogs({ sums, examples = 0, count, logs, tap }: StepsDone): StepLogs {
    return {
      read: async () => {
        if (!sums) return logs?.() ?? {};
        const totals = new Totals(this.#objectives);
        totals.add(sums, examples, count);
        return totals.numbers();
      },
      running: async () => (sums ? this.#totals.numbers() : (logs?.() ?? {})),
      tap: async (name) => tap?.(name),
      accepted: sums?.[ACCEPTED]?.[0] !== 0,
    };
  }

  validationStart(): void | Promise<void> {
    return this.driver.observe('onValidationStart', this.run);
  }

  /** @param logs The `val_` metrics. */
  async validationEnd(logs: Evaluation): Promise<void> {
    this.#validated = logs;
    this.#validatedAtStep = this.run.step;
    if (!this.driver.has('onValidationEnd')) return;
    const syncing = this.#host.syncModel?.();
    if (syncing) await syncing;
    await this.driver.observe('onValidationEnd', this.run, numbersOf(logs));
  }

  /**
   * Ends an epoch; the numbers of the last validation join its line.
   *
   * @param logs Default: the totals of its steps.
   * @param cutShort The run's length ends it before its data do.
   */
  epochEnd(logs: Evaluation = this.#totals.values(), cutShort = false): void | Promise<void> {
    this.#enter('epochEnd', DURING, 'between epochs');
    const { run, driver } = this;
    const numbers = numbersOf(logs);
    const validated = numbersOf(this.#validated);
    this.#clock.endEpoch();
    const line = (): EpochRecord => ({
      epoch: run.epoch,
      ...numbers,
      ...validated,
      learning_rate: this.#lastRate,
      ...run.logged,
    });
    noteNonFinite(run, { ...numbers, ...validated });
    recordVectors(run, { ...vectorsOf(logs), ...vectorsOf(this.#validated) }, driver.plugins);
    // The record's line is there already, so that a checkpoint taken by a hook goes on with the next epoch.
    const at = run.epochRecords.push(line()) - 1;
    this.#cutShort = cutShort;
    const over = (): void => (cutShort ? undefined : run.nextEpoch());
    if (!driver.has('onEpochEnd')) return over();
    return this.#tellEpochEnd(line, () => (run.epochRecords[at] = line())).then(over);
  }

  async #tellEpochEnd(line: () => EpochRecord, changed: () => void): Promise<void> {
    const syncing = this.#host.syncModel?.();
    if (syncing) await syncing;
    await this.driver.epochEnd(this.run, line, changed);
  }

  /** The run has done all its steps: last looks, and the weights that it ends with. */
  async trainEnd(status: RunStatus): Promise<void> {
    await this.driver.observe('onTrainEnd', this.run, status);
    const { weights, givenUp } = await this.driver.finalWeights(this.run, status);
    if (givenUp) this.run.note('trainer', givenUp);
    if (weights) await this.run.setWeights(weights);
  }

  /** Tells of an error that ended the run, and gives those that telling it caused. */
  error(error: unknown): Promise<unknown[]> {
    this.run.status = 'failed';
    return this.driver.observeAll('onError', this.run, error);
  }

  /** Last, however the run ended. Gives the errors of the hooks. */
  fitEnd(status: RunStatus): Promise<unknown[]> {
    this.#enter('fitEnd', ['new', 'between epochs', 'in an epoch'], 'ended');
    this.run.status = status;
    return this.driver.observeAll('onFitEnd', this.run, status);
  }

  #enter(event: string, from: readonly Phase[], to: Phase): void {
    if (!from.includes(this.#phase)) {
      fail('invalid-option', 'run', `${event} does not follow here: the run is ${this.#phase}.`);
    }
    this.#phase = to;
  }

  get #isInEpoch(): boolean {
    return this.#phase === 'in an epoch';
  }

  #contents(): RunContents {
    return (
      this.#host.contents ??
      fail(
        'checkpoint',
        'run',
        'a hand-written loop has no checkpoints and rolls nothing back; use the Trainer.',
      )
    );
  }

  async #snapshot(): Promise<Snapshot> {
    const { epoch, step } = this.run;
    return { epoch, step, arrays: await this.#contents().readState(), totals: this.#totals.save() };
  }

  async #rollBack({ epoch, arrays, totals }: Snapshot): Promise<void> {
    await this.#contents().writeState(arrays);
    if (epoch === this.run.epoch) this.#totals.load(totals);
    else this.#totals.reset();
  }

  async #checkpoint(): Promise<Checkpoint> {
    const checkpoint = await freeze({
      run: this.run,
      stepsOf: (epoch) => stepsOfEpoch(this.#plan, epoch),
      driver: this.driver,
      setup: this.#plan.setup,
      contents: this.#contents(),
      totals: this.#totals.save(),
      validation: this.#validated,
      validatedAtStep: this.#validatedAtStep,
      learningRate: this.#lastRate,
      cutShort: this.#cutShort,
      secondsInEpoch: this.#clock.epoch(this.#isInEpoch),
    });
    await this.driver.observe('onCheckpoint', this.run, checkpoint);
    return checkpoint;
  }
}
