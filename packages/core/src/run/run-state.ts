import type { HostArrays } from '../data/arrays.js';
import { fail } from '../errors.js';
import { describe } from '../options.js';
import type { Schedule, StepPosition } from '../step/optimizer.js';
import { scheduleValue } from '../step/schedule-value.js';
import { PLUGINS, putGroup } from '../step/state.js';
import type { Checkpoint } from './checkpoint.js';
import type { EpochRecord, RunEvent, RunRecord, RunSetup, RunStatus, VectorRecord } from './record.js';
import type { Direction, Run, Snapshot, StopOptions } from './run.js';

/** What a run cannot do by itself. */
export interface RunHost {
  getWeights(as?: 'trained' | 'evaluated'): Promise<HostArrays>;
  setWeights(weights: HostArrays): Promise<void>;
  /** The tensors of the step's state whose names begin so, without that beginning. */
  readState(prefix: string): Promise<HostArrays>;
  /** Puts tensors of the step's state in place. */
  writeState(entries: HostArrays): Promise<void>;
  checkpoint(): Promise<Checkpoint>;
  snapshot(): Promise<Snapshot>;
  rollBack(to: Snapshot): Promise<void>;
  /** Lets the model's own variables show the run's weights; absent where there are no others. */
  syncModel?(): void | Promise<void>;
}

/** What is fixed for a run. */
export interface RunPlan {
  readonly seed: number;
  readonly executor: string;
  readonly setup: RunSetup;
  /** Its length: whichever ends first. `Infinity` where it is not bounded so. */
  readonly epochs: number;
  readonly steps?: number;
  readonly seconds?: number;
  /** A plugin's wish to stop waits for so many epochs. Default 0. */
  readonly minEpochs?: number;
  /** And for so many steps. Default 0. */
  readonly minSteps?: number;
  /** `Infinity` where it is not known; a function of the epoch where epochs differ. */
  readonly stepsPerEpoch: number | ((epoch: number) => number);
  readonly learningRate: number | Schedule;
  readonly metricNames: readonly string[];
  /** Which values of a metric are better; `undefined` where it does not say. */
  readonly directionOf?: (metric: string) => Direction | undefined;
  /** The clock, in milliseconds; default: the machine's. */
  readonly now?: () => number;
}

/** Steps of an epoch; `Infinity` where it is not known. */
export function stepsOfEpoch({ stepsPerEpoch }: Pick<RunPlan, 'stepsPerEpoch'>, epoch: number): number {
  return typeof stepsPerEpoch === 'number' ? stepsPerEpoch : stepsPerEpoch(epoch);
}

const MIN_ZERO = { min: 0 };

/** The one implementation of {@link Run}: counters, record, learning rate and the wish to stop. */
export class RunState implements Run {
  readonly seed: number;
  readonly epochs: number;
  readonly metricNames: readonly string[];
  epoch = 0;
  step = 0;
  stepInEpoch = 0;
  status: RunStatus | 'running' = 'running';
  readonly factors = new Map<string, number>();
  readonly epochRecords: EpochRecord[] = [];
  readonly vectorRecords: VectorRecord[] = [];
  readonly events: RunEvent[] = [];
  readonly seconds: number[] = [];
  /** What hooks logged in the current epoch. */
  logged: Record<string, number> = {};
  /** Why a plugin wants to stop: part of a checkpoint, for a run that it ended stays ended. */
  wish: string | undefined;
  /** Why the run is interrupted: not part of a checkpoint, for such a run is to be resumed. */
  #interruption: string | undefined;
  readonly #plan: RunPlan;
  readonly #host: RunHost;
  readonly #logs: ReadonlySet<string>;

  /** @param logs Names that plugins log. */
  constructor(plan: RunPlan, host: RunHost, logs: readonly string[]) {
    this.#logs = new Set(logs);
    this.seed = plan.seed;
    this.epochs = plan.epochs;
    this.metricNames = plan.metricNames;
    this.#plan = plan;
    this.#host = host;
  }

  /** The present epoch is over. */
  nextEpoch(): void {
    this.epoch++;
    this.stepInEpoch = 0;
  }

  get stepsPerEpoch(): number {
    return stepsOfEpoch(this.#plan, this.epoch);
  }

  get position(): StepPosition {
    const { stepsPerEpoch } = this.#plan;
    // Where epochs differ, a share of an epoch says nothing of the step: schedules go by whole epochs.
    const steps = typeof stepsPerEpoch === 'number' ? stepsPerEpoch : Infinity;
    return { step: this.step, epoch: this.epoch, stepsPerEpoch: steps };
  }

  get learningRate(): number {
    return this.learningRateAt(this.position);
  }

  /** The learning rate of a step to come, if nobody changes the factors. */
  learningRateAt(position: StepPosition): number {
    const { learningRate } = this.#plan;
    let rate = scheduleValue(learningRate, position, 'run', 'learningRate', MIN_ZERO);
    for (const factor of this.factors.values()) rate *= factor;
    return rate;
  }

  /** The product of the factors that plugins have set. */
  get learningRateFactor(): number {
    let product = 1;
    for (const factor of this.factors.values()) product *= factor;
    return product;
  }

  get stopReason(): string | undefined {
    if (this.#interruption !== undefined) return this.#interruption;
    const { minEpochs = 0, minSteps = 0 } = this.#plan;
    return this.epochRecords.length >= minEpochs && this.step >= minSteps ? this.wish : undefined;
  }

  /** Steps until the run may end: at its last one, or where a wish to stop has waited for `minSteps`. */
  get stepsToLook(): number {
    const { steps = Infinity, minSteps = 0 } = this.#plan;
    const waits = this.wish !== undefined && this.step < minSteps;
    return Math.min(steps, waits ? minSteps : Infinity) - this.step;
  }

  get record(): RunRecord {
    return {
      seed: this.seed,
      executor: this.#plan.executor,
      setup: this.#plan.setup,
      epochs: [...this.epochRecords],
      ...(this.vectorRecords.length === 0 ? {} : { vectors: [...this.vectorRecords] }),
      events: [...this.events],
      status: this.status,
      ...(this.stopReason === undefined ? {} : { stopReason: this.stopReason }),
      seconds: [...this.seconds],
    };
  }

  directionOf(metric: string): Direction | undefined {
    return this.#plan.directionOf?.(metric);
  }

  stop(reason: string, { resumable = false }: StopOptions = {}): void {
    if (resumable) this.#interruption ??= reason;
    else this.wish ??= reason;
  }

  scaleLearningRate(owner: string, factor: number): void {
    if (!(factor >= 0 && factor < Infinity)) {
      fail('invalid-option', owner, `the factor of the learning rate must be a number >= 0, got ${factor}.`);
    }
    this.factors.set(owner, factor);
  }

  log(name: string, value: number): void {
    if (typeof value !== 'number')
      fail('invalid-option', 'run', `log('${name}', ...) takes a number, got ${describe(value)}.`);
    if (!this.#logs.has(name)) {
      fail(
        'unknown-metric',
        'run',
        `log('${name}', ...): no plugin says that it logs that, so no log file and no monitor would know. ` +
          `Give the plugin logs: ['${name}'].`,
      );
    }
    this.logged[name] = value;
  }

  note(source: string, message: string): void {
    this.events.push({ epoch: this.epoch, step: this.step, source, message });
  }

  getWeights(as?: 'trained' | 'evaluated'): Promise<HostArrays> {
    return this.#host.getWeights(as);
  }

  setWeights(weights: HostArrays): Promise<void> {
    return this.#host.setWeights(weights);
  }

  stepState(plugin: string): Promise<HostArrays> {
    return this.#host.readState(`${PLUGINS}${plugin}/`);
  }

  async setStepState(plugin: string, tensors: HostArrays): Promise<void> {
    const now = await this.stepState(plugin);
    for (const [name, { shape }] of Object.entries(tensors)) {
      if (Object.hasOwn(now, name) && now[name]!.shape.join() === shape.join()) continue;
      const known = Object.entries(now).map(([own, array]) => `${own} [${array.shape.join(', ')}]`);
      fail(
        'invalid-data',
        plugin,
        `its stepState has no '${name}' of shape [${shape.join(', ')}]; it has: ${known.join(', ') || 'nothing'}.`,
      );
    }
    await this.#host.writeState(putGroup(`${PLUGINS}${plugin}/`, tensors));
  }

  async syncModel(): Promise<void> {
    await this.#host.syncModel?.();
  }

  checkpoint(): Promise<Checkpoint> {
    return this.#host.checkpoint();
  }

  snapshot(): Promise<Snapshot> {
    return this.#host.snapshot();
  }

  rollBack(to: Snapshot): Promise<void> {
    return this.#host.rollBack(to);
  }

  /** Takes over what a checkpoint says of the run itself. */
  restore(saved: Checkpoint): void {
    this.epoch = saved.epoch;
    this.step = saved.step;
    this.stepInEpoch = saved.stepInEpoch;
    // Spreading them as arguments fails at some 100,000.
    for (const epoch of saved.epochs) this.epochRecords.push(epoch);
    for (const vectors of saved.vectors ?? []) this.vectorRecords.push(vectors);
    for (const event of saved.events) this.events.push(event);
    for (const seconds of saved.seconds) this.seconds.push(seconds);
    this.logged = { ...saved.logged };
    this.wish = saved.stopReason;
    for (const [owner, factor] of Object.entries(saved.learningRateFactors)) this.factors.set(owner, factor);
  }
}
