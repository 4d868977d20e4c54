import type { HostBatch } from '../data/dataset.js';
import type { BatchBlock, EpochBatches, EpochPosition } from '../data/epoch-batches.js';
import { openEpoch } from '../data/open-epoch.js';
import { ownMemory } from '../data/own-memory.js';
import { fail } from '../errors.js';
import type { BatchSums, ExecutorSession, StepInputs } from '../engine/executor.js';
import type { StepPosition } from '../step/optimizer.js';
import { evaluateDataset, examplesOf } from './evaluation.js';
import { EvaluationBatches } from './evaluation-batches.js';
import type { NamedData } from './named-data.js';
import type { FitOptions } from './fit-options.js';
import type { Evaluation } from './record.js';
import type { RunEngine, StepsDone } from './run-engine.js';
import type { RunWork } from './run-loop.js';
import type { TrainerParts } from './trainer-parts.js';

interface FitSetup {
  readonly training: NamedData;
  readonly validation: NamedData | undefined;
  readonly options: FitOptions;
  /** Batches of an epoch; `Infinity` where the data do not say. */
  batches(epoch: number): number;
}

/** What a run of the trainer does between its hooks: batches through an executor's session. */
export class FitWork implements RunWork {
  readonly validate?: () => Promise<Evaluation>;
  readonly validateEverySteps: number | undefined;
  readonly validateEveryEpochs: number | undefined;
  readonly validateFirst: boolean;
  readonly #parts: TrainerParts;
  readonly #session: ExecutorSession;
  readonly #engine: RunEngine;
  readonly #setup: FitSetup;
  #epoch: EpochBatches | undefined;
  #position: EpochPosition | null;
  /** Where the data stood before the step that is being done: one that throws has used none of them. */
  #begun: EpochPosition | undefined;
  /** What was trained when the run began. */
  readonly #trained: string;
  /** Whether a plugin could change that between two steps of an epoch. */
  readonly #watchesSteps: boolean;
  /** The batches of validation, made once. */
  readonly #validationBatches: EvaluationBatches | undefined;
  /** The block of the last series, and its batches as the model wants them. */
  #block: BatchBlock | undefined;
  #blockBatches: HostBatch | undefined;

  constructor(parts: TrainerParts, session: ExecutorSession, engine: RunEngine, setup: FitSetup) {
    this.#parts = parts;
    this.#session = session;
    this.#engine = engine;
    this.#setup = setup;
    this.#trained = parts.program.version();
    this.#watchesSteps = (['onStepStart', 'onStepEnd', 'onValidationEnd'] as const).some((hook) =>
      engine.driver.has(hook),
    );
    this.#position = setup.options.resumeFrom?.position ?? null;
    const { validation, options } = setup;
    if (validation) {
      this.validate = () => this.#validate(validation);
      this.#validationBatches = new EvaluationBatches(parts.checker, validation.data, validation.rename);
    }
    this.validateFirst = options.validateFirst ?? false;
    const every = options.validationEvery;
    this.validateEverySteps = every && 'steps' in every ? every.steps : undefined;
    this.validateEveryEpochs = every && 'epochs' in every ? every.epochs : undefined;
  }

  /** Where the data of the present epoch stand. */
  get position(): EpochPosition | null {
    return this.#begun ?? this.#epoch?.position ?? this.#position;
  }

  /** What an evaluation between steps is told. */
  get evaluationInputs(): StepInputs {
    return this.#inputs(this.#engine.run.learningRate, 1);
  }

  openEpoch(): void {
    this.#checkTrained();
    const { training, options } = this.#setup;
    const { run } = this.#engine;
    this.#epoch = openEpoch(training.data, {
      batchSize: options.batchSize ?? 32,
      seed: this.#parts.seed,
      epoch: run.epoch,
      shuffle: options.shuffle,
      sampler: options.sampler,
      dropLast: options.dropLast,
      ...(run.stepInEpoch > 0 && this.#position ? { position: this.#position } : {}),
    });
  }

  closeEpoch(): void | Promise<void> {
    // A checkpoint of a run that is stopped here still wants to know.
    this.#position = this.position;
    this.#begun = undefined;
    const closing = this.#epoch!.close();
    this.#epoch = undefined;
    return closing;
  }

  steps(
    most: number,
    more: (done: StepsDone) => boolean,
  ): StepsDone | undefined | Promise<StepsDone | undefined> {
    if (this.#parts.accumulate.most > 1) {
      this.#begun = this.#epoch!.position;
      return this.#accumulatedStep();
    }
    const last = most > 1 ? this.#series(most, more) : undefined;
    if (last) return last;
    this.#begun = this.#epoch!.position;
    const fetched = this.#epoch!.next();
    if (fetched instanceof Promise) return fetched.then((batch) => batch && this.#step(this.#prepare(batch)));
    return fetched && this.#step(this.#prepare(fetched));
  }

  /** Up to `most` steps on batches that lie together; `undefined` where there are none, or the executor does them one by one. */
  #series(most: number, more: (done: StepsDone) => boolean): StepsDone | undefined {
    const epoch = this.#epoch!;
    const session = this.#session;
    const found = session.trainSeries && epoch.block?.();
    if (!found) return undefined;
    const { block, at } = found;
    if (this.#block !== block) {
      this.#block = block;
      this.#blockBatches = this.#prepare(block.examples);
    }
    const batches = this.#blockBatches!;
    const examples = examplesOf(batches) / block.batches;
    const { run } = this.#engine;
    const to = Math.min(block.batches, at + most);
    const done = { sums: NONE as BatchSums, count: 0, examples, learningRate: 0 };
    const inputs = { scalars: {} as Record<string, number>, seed: this.#parts.seed, draw: run.step };
    const given = { learningRate: 0, learningRateFactor: run.learningRateFactor, batchSize: examples };
    const { epoch: ofEpoch, stepsPerEpoch } = run.position;
    const positionOf = (ahead: number): StepPosition => ({
      step: run.step + ahead,
      epoch: ofEpoch,
      stepsPerEpoch,
    });
    let next = at;
    const trained = session.trainSeries!({
      batches,
      batchSize: examples,
      from: at,
      to,
      inputs: (ahead) => {
        const position = positionOf(ahead);
        given.learningRate = run.learningRateAt(position);
        this.#parts.scalars(position, given, inputs.scalars);
        inputs.draw = position.step;
        return inputs;
      },
      done: (sums, steps) => {
        epoch.advance!(steps);
        done.sums = sums;
        done.count = steps;
        done.learningRate = run.learningRateAt(positionOf(steps - 1));
        next += steps;
        return next < to && more(done);
      },
    });
    if (!trained) return undefined;
    this.#takeNotes();
    return done;
  }

  /** One step of one batch; at once where the executor is. */
  #step(batch: HostBatch): StepsDone | Promise<StepsDone> {
    const examples = examplesOf(batch);
    const { learningRate } = this.#engine.run;
    const training = this.#session.train(batch, this.#inputs(learningRate, examples));
    if (training instanceof Promise) {
      return training.then(async (result) => this.#done(await result.sums(), examples, learningRate, result));
    }
    const sums = training.sums();
    if (sums instanceof Promise) return sums.then((all) => this.#done(all, examples, learningRate, training));
    return this.#done(sums, examples, learningRate, training);
  }

  /** One step of several batches. */
  async #accumulatedStep(): Promise<StepsDone | undefined> {
    const { most, at } = this.#parts.accumulate;
    const { run } = this.#engine;
    const accumulate = at(run.epoch);
    const left = this.#setup.batches(run.epoch) - run.stepInEpoch * accumulate;
    const batches: HostBatch[] = [];
    while (batches.length < Math.min(accumulate, left)) {
      const batch = await this.#epoch!.next();
      if (!batch) break;
      batches.push(ownMemory(this.#prepare(batch)));
    }
    const last = batches.pop();
    if (!last) return undefined;
    const examples = [...batches, last].reduce((sum, batch) => sum + examplesOf(batch), 0);
    const { learningRate } = run;
    const inputs = this.#inputs(learningRate, examples);
    const draw = (i: number): StepInputs => ({ ...inputs, draw: run.step * most + i });
    const sums: BatchSums[] = [];
    for (const [i, batch] of batches.entries()) sums.push(await this.#session.accumulate(batch, draw(i)));
    const result = await this.#session.train(last, draw(batches.length));
    sums.push(await result.sums());
    return this.#done(addSums(sums), examples, learningRate, result);
  }

  #done(
    sums: BatchSums,
    examples: number,
    learningRate: number,
    result: { tap: NonNullable<StepsDone['tap']> },
  ): StepsDone {
    this.#begun = undefined;
    this.#takeNotes();
    return { sums, examples, learningRate, tap: (name) => result.tap(name) };
  }

  #takeNotes(): void {
    const notes = this.#session.takeNotes?.();
    if (notes?.length) for (const note of notes) this.#engine.run.note('executor', note);
  }

  #prepare(fetched: HostBatch): HostBatch {
    if (this.#watchesSteps) this.#checkTrained();
    const { data, rename } = this.#setup.training;
    const batch = rename(fetched);
    this.#parts.checker.checkBatch(data, batch);
    return batch;
  }

  /** Slots, gradients and compiled steps are those of what was trained at the start. */
  #checkTrained(): void {
    if (this.#parts.program.version() === this.#trained) return;
    fail(
      'invalid-model',
      'trainer',
      '`trainable` of a layer was changed in the middle of the run, which cannot take it into account. ' +
        'End the run (run.stop), change it, and call fit again: it goes on from the weights reached.',
    );
  }

  #inputs(learningRate: number, batchSize: number): StepInputs {
    const scalars = this.#scalars(learningRate, batchSize);
    return { scalars, seed: this.#parts.seed, draw: this.#engine.run.step };
  }

  #scalars(learningRate: number, batchSize: number, into?: Record<string, number>): Record<string, number> {
    const { position, learningRateFactor } = this.#engine.run;
    return this.#parts.scalars(position, { learningRate, learningRateFactor, batchSize }, into);
  }

  async #validate({ data, rename }: NamedData): Promise<Evaluation> {
    const { options } = this.#setup;
    const { driver, run } = this.#engine;
    const values = await evaluateDataset(this.#parts, this.#session, data, {
      batchSize: options.validationBatchSize ?? 256,
      rename,
      scalars: this.#inputs(run.learningRate, 1).scalars,
      limit: options.limit?.validation,
      again: this.#validationBatches,
      onBatch: driver.has('onValidationBatch')
        ? (batch) => driver.observe('onValidationBatch', run, batch)
        : undefined,
    });
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [`val_${name}`, value]));
  }
}

const NONE: BatchSums = {};

/** Sums of several batches, added in float64. */
function addSums(parts: readonly BatchSums[]): BatchSums {
  const total: Record<string, Float64Array> = {};
  for (const sums of parts) {
    for (const [name, values] of Object.entries(sums)) {
      const sum = (total[name] ??= new Float64Array(values.length));
      for (let i = 0; i < sum.length; i++) sum[i]! += values[i]!;
    }
  }
  return total;
}
