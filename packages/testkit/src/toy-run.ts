import type {
  Checkpoint,
  Dataset,
  Executor,
  FitOptions,
  HostArrays,
  Loss,
  Metric,
  Optimizer,
  PerOutput,
  Plugin,
  RunRecord,
  TrainableModel,
} from '@espalier/core';
import { decodeCheckpoint, encodeCheckpoint, Trainer } from '@espalier/core';
import { contractExecutor } from './contract-executor.js';
import { toyClasses } from './toy-data.js';
import { toyAccuracy, toyCrossEntropy, toyModel, toyOptimizer } from './toy-parts.js';

/** What a {@link toyRun} is made of; everything has a default. */
export interface ToyRunOptions {
  readonly model?: TrainableModel;
  readonly loss?: PerOutput<Loss>;
  readonly metrics?: PerOutput<readonly Metric[]>;
  readonly optimizer?: Optimizer;
  readonly plugins?: readonly Plugin[];
  readonly data?: Dataset;
  readonly executor?: Executor;
  readonly fit?: Partial<FitOptions>;
  /** Takes a checkpoint after so many steps. */
  readonly saveAt?: number;
}

/** What a {@link toyRun} came to. */
export interface ToyRun {
  readonly record: RunRecord;
  readonly weights: HostArrays;
  /** Taken after `saveAt` steps (or at the end of that epoch), through bytes and back. */
  readonly saved: Checkpoint | undefined;
  /** The state after the last epoch. */
  readonly final: Checkpoint;
}

/** Steps in an epoch of a toy run: 22 examples in batches of 8, the last of 6. */
export const TOY_STEPS = 3;

/**
 * Trains the toy model, with one part of it replaced by what is under test, on the executor under test.
 *
 * @param options `fit` defaults to two epochs in batches of 8 with validation.
 */
export async function toyRun(options: ToyRunOptions = {}): Promise<ToyRun> {
  const own = options.model ? undefined : toyModel();
  try {
    return await runOnce(options, options.model ?? own!);
  } finally {
    own?.dispose();
  }
}

async function runOnce(options: ToyRunOptions, model: TrainableModel): Promise<ToyRun> {
  const { loss = toyCrossEntropy(), optimizer = toyOptimizer(), plugins = [] } = options;
  const { metrics = [toyAccuracy()], data = toyClasses(), executor = contractExecutor() } = options;
  let saved: Checkpoint | undefined;
  let final: Checkpoint | undefined;
  const take = async (checkpoint: Promise<Checkpoint>): Promise<Checkpoint> =>
    decodeCheckpoint(encodeCheckpoint(await checkpoint));
  const saver: Plugin = {
    name: 'contract-saver',
    enforce: 'post',
    async onStepEnd(run) {
      if (run.step === options.saveAt && run.stepInEpoch < run.stepsPerEpoch)
        saved = await take(run.checkpoint());
    },
    async onEpochEnd(run) {
      if (run.step === options.saveAt) saved = await take(run.checkpoint());
    },
    async onFitEnd(run) {
      final = await run.checkpoint();
    },
  };
  const trainer = new Trainer({
    model,
    loss,
    optimizer,
    metrics,
    plugins: [...plugins, saver],
    seed: 3,
    ...(executor && { executor }),
  });
  const record = await trainer.fit(data, {
    epochs: 2,
    batchSize: 8,
    validation: data,
    stopOnInterrupt: false,
    ...options.fit,
  });
  return { record, weights: await trainer.getWeights(), saved, final: final! };
}
