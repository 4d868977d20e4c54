import type { HostArrays } from '../data/arrays.js';
import type { Checkpoint } from './checkpoint.js';
import { fail } from '../errors.js';
import type { Schedule, StepPosition } from '../step/optimizer.js';
import { scheduleValue } from '../step/schedule-value.js';
import type { EpochRecord, RunEvent, RunRecord, RunStatus } from './record.js';
import type { Run } from './run.js';

/** What a run cannot do by itself. */
export interface RunHost {
  getWeights(): Promise<HostArrays>;
  setWeights(weights: HostArrays): Promise<void>;
  checkpoint(): Promise<Checkpoint>;
}

/** What is fixed for a run. */
export interface RunPlan {
  readonly seed: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly metricNames: readonly string[];
  readonly learningRate: number | Schedule;
  readonly executor: string;
}

/** The one implementation of {@link Run}: counters, record, learning rate and the wish to stop. */
export class RunState implements Run {
  readonly seed: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly metricNames: readonly string[];
  epoch = 0;
  step = 0;
  stepInEpoch = 0;
  stopReason: string | undefined;
  status: RunStatus | 'running' = 'running';
  readonly factors = new Map<string, number>();
  readonly epochRecords: EpochRecord[] = [];
  readonly events: RunEvent[] = [];
  readonly seconds: number[] = [];
  /** What hooks logged in the current epoch. */
  logged: Record<string, number> = {};
  readonly #plan: RunPlan;
  readonly #host: RunHost;

  constructor(plan: RunPlan, host: RunHost) {
    this.seed = plan.seed;
    this.epochs = plan.epochs;
    this.stepsPerEpoch = plan.stepsPerEpoch;
    this.metricNames = plan.metricNames;
    this.#plan = plan;
    this.#host = host;
  }

  get position(): StepPosition {
    return { step: this.step, epoch: this.epoch, stepsPerEpoch: this.stepsPerEpoch };
  }

  get learningRate(): number {
    const { learningRate } = this.#plan;
    let rate = scheduleValue(learningRate, this.position, 'run', 'learningRate', { min: 0 });
    for (const factor of this.factors.values()) rate *= factor;
    return rate;
  }

  /** The product of the factors that plugins have set. */
  get learningRateFactor(): number {
    return [...this.factors.values()].reduce((product, factor) => product * factor, 1);
  }

  get record(): RunRecord {
    return {
      seed: this.seed,
      executor: this.#plan.executor,
      epochs: [...this.epochRecords],
      events: [...this.events],
      status: this.status,
      ...(this.stopReason === undefined ? {} : { stopReason: this.stopReason }),
      seconds: [...this.seconds],
    };
  }

  stop(reason: string): void {
    this.stopReason ??= reason;
  }

  scaleLearningRate(owner: string, factor: number): void {
    if (!(factor >= 0 && factor < Infinity)) {
      fail('invalid-option', owner, `the factor of the learning rate must be a number >= 0, got ${factor}.`);
    }
    this.factors.set(owner, factor);
  }

  log(name: string, value: number): void {
    this.logged[name] = value;
  }

  note(source: string, message: string): void {
    this.events.push({ epoch: this.epoch, step: this.step, source, message });
  }

  getWeights(): Promise<HostArrays> {
    return this.#host.getWeights();
  }

  setWeights(weights: HostArrays): Promise<void> {
    return this.#host.setWeights(weights);
  }

  checkpoint(): Promise<Checkpoint> {
    return this.#host.checkpoint();
  }

  /** Takes over what a checkpoint says of the run itself. */
  restore(saved: Checkpoint): void {
    this.epoch = saved.epoch;
    this.step = saved.step;
    this.stepInEpoch = saved.stepInEpoch;
    this.epochRecords.push(...saved.epochs);
    this.events.push(...saved.events);
    this.seconds.push(...saved.seconds);
    this.logged = { ...saved.logged };
    for (const [owner, factor] of Object.entries(saved.learningRateFactors)) this.factors.set(owner, factor);
  }
}
