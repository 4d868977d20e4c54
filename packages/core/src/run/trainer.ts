import * as tf from '@tensorflow/tfjs-core';
import type { HostArray, HostArrays } from '../data/arrays.js';
import { BatchOrder } from '../data/batch-order.js';
import { matchInputs, matchNames } from '../data/batch-names.js';
import { checkOptions } from '../options.js';
import type { Dataset } from '../data/dataset.js';
import { dataChecker } from '../data/data-checks.js';
import { eager } from '../engine/eager-executor.js';
import { evaluateDataset } from './evaluation.js';
import type { Executor, ExecutorSession, StepInputs } from '../engine/executor.js';
import { fit } from './fit.js';
import type { FitOptions } from './fit-options.js';
import type { Loss } from '../step/loss.js';
import type { Metric } from '../step/metric.js';
import { bindModel, type TrainableModel } from '../model/model.js';
import type { CheckedPlugins, MetricsOf } from './monitor-types.js';
import { type PerOutput, resolveObjectives } from '../step/objectives.js';
import type { Optimizer } from '../step/optimizer.js';
import type { Plugin } from './plugin.js';
import { PluginDriver } from './plugin-driver.js';
import type { RunRecord } from './record.js';
import { fail } from '../errors.js';
import type { Evaluation, TrainerParts } from './trainer-parts.js';
import { scalarsOutsideRun } from '../step/scalars.js';
import { toHostArrays } from '../step/state.js';
import { trainingProgram } from '../step/training-program.js';

/** What a {@link Trainer} is made of. */
export interface TrainerOptions<
  M extends PerOutput<readonly Metric[]> = PerOutput<readonly Metric[]>,
  P extends readonly Plugin[] = readonly Plugin[],
> {
  /** A `tf.LayersModel`, or any object with `parameters` and `forward`. */
  readonly model: TrainableModel;
  /** One loss, or one for each output by name. */
  readonly loss: PerOutput<Loss>;
  /** Weight of each output's loss in the objective. Default 1. */
  readonly lossWeights?: Readonly<Record<string, number>>;
  readonly optimizer: Optimizer;
  /** Metrics of the only output, or of each output by name. */
  readonly metrics?: M;
  readonly plugins?: P & CheckedPlugins<P, MetricsOf<M>>;
  /** Fixes shuffling and all random numbers of the steps. A whole number >= 0, default 0. */
  readonly seed?: number;
  /** How steps are run. Default {@link eager}. */
  readonly executor?: Executor;
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
  #fitting = false;

  /** @throws EspalierError for a bad option, two plugins of one name, or a model that cannot be trained. */
  constructor(options: TrainerOptions<M, P>) {
    const { seed = 0, executor = eager(), optimizer, plugins = [], metrics = [] } = options;
    checkOptions('trainer').integer('seed', seed, { min: 0, max: Number.MAX_SAFE_INTEGER });
    const model = bindModel(options.model);
    const driver = new PluginDriver(plugins as readonly Plugin[]);
    const objectives = resolveObjectives(model, options.loss, options.lossWeights ?? {}, metrics);
    const program = trainingProgram({ model, optimizer, objectives, plugins: driver.plugins });
    const checker = dataChecker(model, objectives);
    this.#parts = { model, objectives, program, driver, optimizer, executor, checker, seed };
  }

  /**
   * Trains until all epochs are done, a plugin or signal stops it, or an error ends it.
   *
   * Every call is a run of its own: it starts from the model's present weights with fresh optimizer slots, unless
   * `resumeFrom` says where to go on. The model holds the last whole step afterwards, whatever happened.
   *
   * @throws EspalierError for bad options or data, before the first step; and whatever ended the run, after all plugins'
   *   `onFitEnd('failed')`.
   */
  async fit(dataset: Dataset, options: FitOptions): Promise<RunRecord> {
    if (this.#fitting)
      fail('invalid-option', 'trainer', 'fit is running already; await it, or make a second trainer.');
    this.#fitting = true;
    try {
      return await fit(this.#parts, dataset, options);
    } finally {
      this.#fitting = false;
    }
  }

  /**
   * Loss and metrics over a data set, exact over all examples.
   *
   * @param options `batchSize` (default 256) changes speed and memory only.
   */
  async evaluate(dataset: Dataset, options: { readonly batchSize?: number } = {}): Promise<Evaluation> {
    const { batchSize = 256 } = options;
    checkOptions('trainer').integer('batchSize', batchSize, { min: 1 });
    const rename = matchNames(dataset, this.#parts.model, outputsOf(this.#parts));
    await this.#parts.checker.checkAll(dataset, rename);
    return this.#withSession((session) =>
      evaluateDataset(this.#parts, session, dataset, { batchSize, rename }),
    );
  }

  /**
   * The model's output for every example, training off.
   *
   * @param inputs A data set, a tensor `[N, ...]`, or tensors by input name. They stay the caller's.
   * @returns `[N, ...]`; by output name where there are several. The caller disposes it.
   */
  async predict(
    inputs: Dataset | tf.Tensor | Readonly<Record<string, tf.Tensor>>,
    options: { readonly batchSize?: number } = {},
  ): Promise<tf.Tensor | Record<string, tf.Tensor>> {
    const { batchSize = 256 } = options;
    checkOptions('trainer').integer('batchSize', batchSize, { min: 1 });
    const source = await predictionSource(inputs);
    const rename = matchInputs(Object.keys(source.inputs), this.#parts.model);
    const parts: Record<string, HostArray[]> = {};
    await this.#withSession(async (session) => {
      const order = new BatchOrder(source.size, batchSize);
      for (let i = 0; i < order.length; i++) {
        const batch = await source.batch(order.at(i));
        const outputs = await session.predict(rename(batch), this.#stepInputs(order.at(i).length));
        for (const [name, array] of Object.entries(outputs)) (parts[name] ??= []).push(array);
      }
    });
    const outputs = Object.fromEntries(Object.entries(parts).map(([name, list]) => [name, joined(list)]));
    const names = Object.keys(outputs);
    return names.length === 1 ? outputs[names[0]!]! : outputs;
  }

  /** Copies of all weights by name (`hidden_1/kernel`, ...), trainable or not. */
  getWeights(): Promise<HostArrays> {
    return toHostArrays(this.#parts.model.weights());
  }

  #stepInputs(batchSize: number): StepInputs {
    const { seed, optimizer, driver } = this.#parts;
    return { scalars: scalarsOutsideRun(batchSize, [optimizer, ...driver.plugins]), seed, step: 0 };
  }

  async #withSession<T>(body: (session: ExecutorSession) => Promise<T>): Promise<T> {
    const { executor, program } = this.#parts;
    const session = await executor.start(program, await program.initialState());
    try {
      return await body(session);
    } finally {
      session.dispose();
    }
  }
}

function outputsOf({ objectives }: TrainerParts): string[] {
  return objectives.map(({ output }) => output);
}

type InputSource = Pick<Dataset, 'size'> & {
  readonly inputs: Readonly<Record<string, unknown>>;
  batch(indices: Uint32Array): Promise<Readonly<Record<string, HostArray>>>;
};

async function predictionSource(
  inputs: Dataset | tf.Tensor | Readonly<Record<string, tf.Tensor>>,
): Promise<InputSource> {
  if (isDataset(inputs)) {
    return {
      size: inputs.size,
      inputs: inputs.inputs,
      batch: async (indices) => (await inputs.batch(indices)).inputs,
    };
  }
  const tensors: Readonly<Record<string, tf.Tensor>> =
    inputs instanceof tf.Tensor ? { input: inputs } : inputs;
  const arrays = await Promise.all(
    Object.entries(tensors).map(
      async ([name, tensor]) => [name, tensor, await tensor.data<'float32' | 'int32'>()] as const,
    ),
  );
  const sizes = arrays.map(([, tensor]) => tensor.shape[0] ?? 0);
  if (sizes.length === 0 || sizes.some((size) => size !== sizes[0] || size === 0)) {
    fail(
      'invalid-data',
      'trainer',
      `inputs to predict must be [N, ...] with one N >= 1, got N = ${sizes.join(', ')}.`,
    );
  }
  return {
    size: sizes[0]!,
    inputs: tensors,
    async batch(indices) {
      const [start, count] = [indices[0]!, indices.length];
      return Object.fromEntries(
        arrays.map(([name, { shape, dtype }, data]) => {
          const row = data.length / shape[0]!;
          const rows = data.slice(start * row, (start + count) * row);
          return [
            name,
            { data: rows, shape: [count, ...shape.slice(1)], dtype: dtype === 'float32' ? dtype : 'int32' },
          ];
        }),
      );
    },
  };
}

function isDataset(inputs: object): inputs is Dataset {
  return 'batch' in inputs && typeof inputs.batch === 'function';
}

function joined(list: readonly HostArray[]): tf.Tensor {
  const { shape, dtype } = list[0]!;
  const size = list.reduce((sum, { data }) => sum + data.length, 0);
  const data = dtype === 'float32' ? new Float32Array(size) : new Int32Array(size);
  let at = 0;
  let rows = 0;
  for (const array of list) {
    data.set(array.data, at);
    at += array.data.length;
    rows += array.shape[0]!;
  }
  return tf.tensor(data, [rows, ...shape.slice(1)], dtype);
}
