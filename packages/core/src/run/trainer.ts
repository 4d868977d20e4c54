import type { HostArrays } from '../data/arrays.js';
import { matchInputs } from '../data/batch-names.js';
import { checkData } from '../data/check-data.js';
import { dataChecker } from '../data/data-checks.js';
import type { Dataset } from '../data/dataset.js';
import type { DataStream } from '../data/data-stream.js';
import { openEpoch } from '../data/open-epoch.js';
import { accumulation } from './accumulation.js';
import { eager } from '../engine/eager-executor.js';
import type { ExecutorSession } from '../engine/executor.js';
import { bindModel } from '../model/model.js';
import { syncModel } from '../model/weights.js';
import { option } from '../option-rules.js';
import { checkOptions } from '../options.js';
import { readOptions } from '../read-options.js';
import { withClassWeights } from '../step/class-weights.js';
import type { Metric } from '../step/metric.js';
import type { PerOutput } from '../step/check-objectives.js';
import { resolveObjectives } from '../step/objectives.js';
import { scalarSource, scalarsOutsideRun } from '../step/scalars.js';
import { toHostArrays } from '../step/state.js';
import { trainingProgram } from '../step/training-program.js';
import { evaluateDataset, examplesOf } from './evaluation.js';
import { fit } from './fit.js';
import { nameData } from './named-data.js';
import type { FitOptions } from './fit-options.js';
import {
  asTensors,
  JoinedOutputs,
  type Prediction,
  type PredictionInputs,
  predictionSource,
} from './prediction.js';
import type { Plugin } from './plugin.js';
import { PluginDriver } from './plugin-driver.js';
import type { EvaluationOf } from './monitor-types.js';
import type { Evaluation, RunRecord } from './record.js';
import { checkTrainerOptions, type TrainerOptions } from './trainer-options.js';
import type { TrainerParts } from './trainer-parts.js';

/** How data are passed through a model once. */
interface PassOptions {
  readonly batchSize?: number;
}

/**
 * Trains, evaluates and predicts.
 *
 * @example
 * ```ts
 * const trainer = new Trainer({ model, loss: softmaxCrossEntropy(), optimizer: adam(), metrics: [accuracy()], seed: 1 });
 * const record = await trainer.fit(train, { epochs: 10, batchSize: 64, validation });
 * console.log(record.epochs.at(-1), await trainer.evaluate(test));
 * ```
 */
export class Trainer<
  const M extends PerOutput<readonly Metric[]> = readonly [],
  const P extends readonly Plugin[] = readonly [],
> {
  readonly #parts: TrainerParts;

  /** @throws EspalierError for a bad option, two plugins of one name, or a model that cannot be trained. */
  constructor(options: TrainerOptions<M, P>) {
    checkTrainerOptions(options as TrainerOptions);
    const { seed = 0, executor = eager(), optimizer, plugins = [], metrics = [] } = options;
    const accumulate = accumulation(options.accumulate === undefined ? 1 : options.accumulate);
    const { lossReduction = 'examples', classWeights } = options;
    const model = bindModel(options.model);
    const driver = new PluginDriver(plugins as readonly Plugin[]);
    const resolved = resolveObjectives(
      model,
      options.loss,
      options.lossWeights === undefined ? {} : options.lossWeights,
      metrics,
    );
    const objectives = classWeights === undefined ? resolved : withClassWeights(resolved, classWeights);
    const accumulates = accumulate.most > 1;
    if (accumulates && lossReduction === 'weights' && objectives.length > 1) {
      checkOptions('trainer').fail(
        'accumulate',
        "1 for several outputs with lossReduction 'weights'",
        accumulate.given,
      );
    }
    for (const hook of ['acceptStep', 'perturbParameters'] as const) {
      const [whole] = driver.with(hook);
      if (accumulates && whole) {
        checkOptions('trainer').fail(
          'accumulate',
          `1 with plugin '${whole.name}', whose ${hook} needs the whole step at once`,
          accumulate.given,
        );
      }
    }
    const program = trainingProgram({ model, optimizer, objectives, driver, lossReduction, accumulates });
    this.#parts = {
      source: options.model,
      model,
      objectives,
      program,
      driver,
      optimizer,
      executor,
      checker: dataChecker(model, objectives),
      scalars: scalarSource([optimizer, ...driver.plugins, ...(model.scalarOwners ?? [])]),
      seed,
      accumulate,
      lossReduction,
      running: { session: undefined },
    };
  }

  /**
   * Trains until its length is reached, a plugin or signal stops it, or an error ends it.
   *
   * Every call is a run of its own: it starts from the model's present weights with fresh optimizer slots, unless
   * `resumeFrom` says where to go on. The model holds the last whole step afterwards, whatever happened, or the weights that
   * a plugin wants the run to end with.
   *
   * @throws EspalierError for bad options or data, before the first step; and whatever ended the run, after all plugins'
   *   `onFitEnd('failed')`.
   */
  fit(data: Dataset | DataStream, options: FitOptions): Promise<RunRecord> {
    return fit(this.#parts, data, options);
  }

  /**
   * Loss and metrics over a data set, exact over all examples. During a fit: with the weights of now.
   *
   * The type of each value is that of its metric, where `metrics` is a list.
   *
   * @param options `batchSize` (default 256) changes speed and memory only.
   */
  async evaluate(data: Dataset | DataStream, options: PassOptions = {}): Promise<EvaluationOf<M>> {
    checkData(data, 'trainer');
    const batchSize = batchSizeOf(options);
    const { driver } = this.#parts;
    const { rename } = await nameData(this.#parts, data);
    const pass = { examples: data.size, batchSize };
    await driver.observe('onEvaluateStart', pass);
    const session = await this.#startSession();
    let values: Evaluation;
    try {
      values = await evaluateDataset(this.#parts, session, data, { batchSize, rename });
    } finally {
      session.dispose();
    }
    await driver.observe('onEvaluateEnd', pass, values);
    return values as EvaluationOf<M>;
  }

  /**
   * The model's output for every example, training off. During a fit: with the weights of now.
   *
   * @param inputs Data, a tensor `[N, ...]`, or tensors by input name. They stay the caller's.
   * @param options `batchSize` (default 256) changes speed and memory only.
   * @returns `[N, ...]`; by output name where there are several. The caller disposes it.
   */
  async predict(inputs: PredictionInputs, options: PassOptions = {}): Promise<Prediction> {
    const joined = new JoinedOutputs();
    for await (const outputs of this.#outputs(inputs, batchSizeOf(options))) joined.add(outputs);
    return joined.tensors();
  }

  /**
   * As `predict`, but batch by batch, for more outputs than memory holds: only the present batch is kept. The weights are those of
   * when the first batch was asked for.
   *
   * @returns The output of each batch in turn, `[batch, ...]`, the last one maybe shorter; by output name where there are several. The
   *   caller disposes each. A loop that is left early ends the pass; `onPredictEnd` comes only after the last batch.
   * @throws EspalierError at once for a bad option, and from the loop for bad data.
   * @example
   * ```ts
   * for await (const outputs of trainer.predictBatches(validation, { batchSize: 64 })) tf.dispose(outputs);
   * ```
   */
  predictBatches(
    inputs: PredictionInputs,
    options: PassOptions = {},
  ): AsyncGenerator<Prediction, void, void> {
    return asTensors(this.#outputs(inputs, batchSizeOf(options)));
  }

  async *#outputs(inputs: PredictionInputs, batchSize: number): AsyncGenerator<HostArrays, void, void> {
    const { driver, seed, scalars, model, checker } = this.#parts;
    const data = await predictionSource(inputs);
    const rename = matchInputs(data.inputs, model);
    const pass = { examples: data.size, batchSize };
    await driver.observe('onPredictStart', pass);
    const session = await this.#startSession();
    try {
      const batches = openEpoch(data, { batchSize, seed, epoch: 0, shuffle: false });
      try {
        for (let batch = await batches.next(); batch; batch = await batches.next()) {
          const step = { scalars: scalarsOutsideRun(scalars, examplesOf(batch)), seed, draw: 0 };
          const arrays = rename(batch.inputs);
          checker.checkInputs(arrays);
          yield await session.predict(arrays, step);
        }
      } finally {
        await batches.close();
      }
    } finally {
      session.dispose();
    }
    await driver.observe('onPredictEnd', pass);
  }

  /** Copies of all weights by name (`hidden_1/kernel`, ...), trainable or not. */
  async getWeights(): Promise<HostArrays> {
    await this.#syncModel();
    return toHostArrays(this.#parts.model.weights());
  }

  /** While a run goes on, its weights are in its session and not in the model. */
  async #syncModel(): Promise<void> {
    const { running, model } = this.#parts;
    if (running.session) await syncModel(running.session, model);
  }

  /** A session of its own with the weights of now. */
  async #startSession(): Promise<ExecutorSession> {
    await this.#syncModel();
    const { executor, program } = this.#parts;
    return executor.start(program, await program.initialState());
  }
}

function batchSizeOf(options: PassOptions): number {
  return readOptions('trainer', options, { batchSize: option.integer({ min: 1, default: 256 }) }).values
    .batchSize;
}
