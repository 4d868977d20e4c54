import { BatchOrder } from '../data/batch-order.js';
import { type BatchNamer, matchNames } from '../data/batch-names.js';
import { buildCheckpoint, checkCheckpoint } from './checkpointing.js';
import type { Checkpoint } from './checkpoint.js';
import { weighClasses } from '../data/class-weights.js';
import type { Dataset, HostBatch } from '../data/dataset.js';
import { evaluateDataset } from './evaluation.js';
import { EventLoopTurns } from './event-loop.js';
import type { ExecutorSession, StepInputs, StepResult } from '../engine/executor.js';
import { checkFitOptions, type FitOptions } from './fit-options.js';
import { onInterrupt } from './interrupt.js';
import { checkMonitors } from './monitors.js';
import { metricNames } from '../step/objectives.js';
import type { StepLogs } from './plugin.js';
import type { EpochLogs, EpochRecord, RunRecord, RunStatus } from './record.js';
import { RunState } from './run-state.js';
import { scalarsAt } from '../step/scalars.js';
import { weightsOf } from '../step/state.js';
import { Totals } from './totals.js';
import type { TrainerParts } from './trainer-parts.js';
import { checkWeights, syncModel } from '../model/weights.js';

/** One run; see `Trainer.fit`. */
export async function fit(parts: TrainerParts, dataset: Dataset, options: FitOptions): Promise<RunRecord> {
  checkFitOptions(options);
  const outputs = parts.objectives.map(({ output }) => output);
  const rename = matchNames(dataset, parts.model, outputs);
  await parts.checker.checkAll(dataset, rename);
  const validation = options.validation && {
    dataset: options.validation,
    rename: matchNames(options.validation, parts.model, outputs),
  };
  if (validation) await parts.checker.checkAll(validation.dataset, validation.rename);
  const { batchSize = 32, resumeFrom } = options;
  const stepsPerEpoch = Math.ceil(dataset.size / batchSize);
  const names = metricNames(parts.objectives, {
    penalties: parts.program.hasPenalties,
    validation: validation !== undefined,
    logged: parts.driver.plugins.flatMap(({ logs }) => logs ?? []) as string[],
  });
  checkMonitors(parts.driver.plugins, names);
  const initial = await parts.program.initialState();
  if (resumeFrom)
    checkCheckpoint(resumeFrom, {
      initial,
      stepsPerEpoch,
      batchSize,
      examples: dataset.size,
      seed: parts.seed,
    });
  const session = await parts.executor.start(parts.program, initial);
  const run = new FitLoop(parts, session, {
    dataset,
    options,
    batchSize,
    stepsPerEpoch,
    rename,
    names,
    validation,
  });
  return run.run();
}

interface FitSetup {
  readonly dataset: Dataset;
  readonly options: FitOptions;
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  readonly rename: BatchNamer;
  readonly names: readonly string[];
  readonly validation: { readonly dataset: Dataset; readonly rename: BatchNamer } | undefined;
}

class FitLoop {
  readonly #parts: TrainerParts;
  readonly #session: ExecutorSession;
  readonly #setup: FitSetup;
  readonly #state: RunState;
  readonly #totals: Totals;
  readonly #turns = new EventLoopTurns();
  #validated: EpochLogs = {};
  #validatedAtStep = -1;

  constructor(parts: TrainerParts, session: ExecutorSession, setup: FitSetup) {
    this.#parts = parts;
    this.#session = session;
    this.#setup = setup;
    this.#totals = new Totals(parts.objectives);
    this.#state = new RunState(
      {
        seed: parts.seed,
        epochs: setup.options.epochs,
        stepsPerEpoch: setup.stepsPerEpoch,
        metricNames: setup.names,
        learningRate: parts.optimizer.learningRate,
        executor: session.name,
      },
      {
        getWeights: async () => weightsOf(await session.readState()),
        setWeights: (weights) => session.writeState(checkWeights(weights, parts.model)),
        checkpoint: () => this.#checkpoint(),
      },
    );
  }

  async run(): Promise<RunRecord> {
    const { signal, stopOnInterrupt = true } = this.#setup.options;
    const state = this.#state;
    const onAbort = (): void => state.stop(`aborted: ${String(signal?.reason ?? 'signal')}`);
    const releaseInterrupt = stopOnInterrupt ? onInterrupt(() => state.stop('interrupted')) : () => {};
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    const errors: unknown[] = [];
    try {
      await this.#train();
      state.status = state.stopReason === undefined ? 'completed' : 'stopped';
    } catch (error) {
      state.status = 'failed';
      errors.push(error, ...(await this.#parts.driver.runAll('onError', state, error)));
    } finally {
      signal?.removeEventListener('abort', onAbort);
      releaseInterrupt();
    }
    await this.#finish(errors);
    return state.record;
  }

  /** Whatever happened: `onFitEnd`, the model's weights, the memory; then the first error, if any. */
  async #finish(errors: unknown[]): Promise<void> {
    const { driver, model } = this.#parts;
    errors.push(...(await driver.runAll('onFitEnd', this.#state, this.#state.status as RunStatus)));
    try {
      await syncModel(this.#session, model);
    } catch (error) {
      errors.push(error);
    } finally {
      this.#session.dispose();
    }
    if (errors.length > 0) {
      this.#state.status = 'failed';
      throw errors[0];
    }
  }

  async #train(): Promise<void> {
    const { driver } = this.#parts;
    const state = this.#state;
    await driver.run('onFitStart', state);
    const { resumeFrom } = this.#setup.options;
    if (resumeFrom) await this.#resume(resumeFrom);
    while (state.epoch < state.epochs && state.stopReason === undefined) {
      const startedAt = performance.now();
      if (state.stepInEpoch === 0) {
        this.#totals.reset();
        state.logged = {};
        this.#validated = {};
        await driver.run('onEpochStart', state);
      }
      await this.#steps();
      if (state.stepInEpoch < state.stepsPerEpoch) break;
      if (this.#setup.validation && this.#validatedAtStep !== state.step) await this.#validate();
      state.seconds.push((performance.now() - startedAt) / 1000);
      await this.#endEpoch();
    }
  }

  async #steps(): Promise<void> {
    const { dataset, options, batchSize } = this.#setup;
    const { seed, driver } = this.#parts;
    const state = this.#state;
    const shuffle = (options.shuffle ?? true) ? { seed, epoch: state.epoch } : undefined;
    const order = new BatchOrder(dataset.size, batchSize, shuffle);
    const every = options.validationEvery?.steps;
    const validationIsDue = (): boolean => every !== undefined && state.step % every === 0;
    // A checkpoint taken between a step and its validation goes on with the validation.
    if (state.stepInEpoch > 0 && validationIsDue() && this.#validatedAtStep !== state.step)
      await this.#validate();
    while (state.stepInEpoch < state.stepsPerEpoch && state.stopReason === undefined) {
      const indices = order.at(state.stepInEpoch);
      const fetched = dataset.batch(indices);
      const batch = this.#prepare(fetched instanceof Promise ? await fetched : fetched);
      const training = this.#session.train(batch, this.#inputs(indices.length));
      const result = training instanceof Promise ? await training : training;
      // From here on the step counts: an error in a hook leaves the model after it.
      const pending = result.sums();
      const sums = pending instanceof Promise ? await pending : pending;
      this.#totals.add(sums, indices.length);
      state.step++;
      state.stepInEpoch++;
      for (const note of this.#session.takeNotes?.() ?? []) state.note('executor', note);
      if (driver.has('onStepEnd'))
        await driver.run('onStepEnd', state, this.#stepLogs(result, sums, indices.length));
      if (validationIsDue()) await this.#validate();
      const turn = this.#turns.take();
      if (turn) await turn;
    }
  }

  #prepare(fetched: HostBatch): HostBatch {
    const { dataset, rename, options } = this.#setup;
    const batch = rename(fetched);
    this.#parts.checker.checkBatch(dataset, batch);
    return options.classWeights ? weighClasses(batch, options.classWeights) : batch;
  }

  #inputs(batchSize: number): StepInputs {
    const { optimizer, driver, seed } = this.#parts;
    const { position, learningRate, learningRateFactor, step } = this.#state;
    return {
      scalars: scalarsAt(position, { learningRate, learningRateFactor, batchSize }, [
        optimizer,
        ...driver.plugins,
      ]),
      seed,
      step,
    };
  }

  #stepLogs(result: StepResult, sums: Awaited<ReturnType<StepResult['sums']>>, examples: number): StepLogs {
    return {
      read: async () => {
        const totals = new Totals(this.#parts.objectives);
        totals.add(sums, examples);
        return totals.numbers();
      },
      running: async () => this.#totals.numbers(),
      tap: (name) => result.tap(name),
    };
  }

  async #validate(): Promise<void> {
    const { validation, options } = this.#setup;
    const state = this.#state;
    const { scalars } = this.#inputs(1);
    const values = await evaluateDataset(this.#parts, this.#session, validation!.dataset, {
      batchSize: options.validationBatchSize ?? 256,
      rename: validation!.rename,
      scalars,
    });
    this.#validatedAtStep = state.step;
    const numbers = Object.entries(values).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number',
    );
    this.#validated = Object.fromEntries(numbers.map(([name, value]) => [`val_${name}`, value]));
    if (this.#parts.driver.has('onValidationEnd')) {
      await syncModel(this.#session, this.#parts.model);
      await this.#parts.driver.run('onValidationEnd', state, this.#validated);
    }
  }

  async #endEpoch(): Promise<void> {
    const { driver, model } = this.#parts;
    const state = this.#state;
    const rate = state.learningRate;
    const logs = (): EpochRecord => ({
      epoch: state.epoch,
      ...this.#totals.numbers(),
      ...this.#validated,
      learning_rate: rate,
      ...state.logged,
    });
    // The record's line is there already, so that a checkpoint taken by a hook goes on with the next epoch.
    const at = state.epochRecords.push(logs()) - 1;
    const endedEpoch = state.epoch;
    if (driver.has('onEpochEnd')) {
      await syncModel(this.#session, model);
      for (const plugin of driver.plugins) {
        await driver.runOne(plugin, 'onEpochEnd', state, logs());
        state.epochRecords[at] = logs();
      }
    }
    state.epoch = endedEpoch + 1;
    state.stepInEpoch = 0;
  }

  async #checkpoint(): Promise<Checkpoint> {
    const checkpoint = await buildCheckpoint({
      state: this.#state,
      session: this.#session,
      driver: this.#parts.driver,
      totals: this.#totals.save(),
      validation: this.#validated,
      validatedAtStep: this.#validatedAtStep,
      batchSize: this.#setup.batchSize,
      examples: this.#setup.dataset.size,
    });
    await this.#parts.driver.run('onCheckpoint', this.#state, checkpoint);
    return checkpoint;
  }

  async #resume(saved: Checkpoint): Promise<void> {
    const state = Object.entries(saved.arrays).filter(([name]) => !name.startsWith('saved/'));
    await this.#session.writeState(Object.fromEntries(state));
    this.#state.restore(saved);
    this.#totals.load(saved.totals);
    this.#validated = saved.validation;
    this.#validatedAtStep = saved.validatedAtStep;
    this.#parts.driver.loadState(saved);
  }
}
