import type * as tfl from '@tensorflow/tfjs-layers';
import type { EpochLogs, Plugin, Run } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { runFiles } from '../files/run-files.js';
import { lockForRun, type ReleaseLock } from '../files/run-lock.js';
import { orIoError } from '../files/storage-error.js';
import { writeWhole } from '../files/write-whole.js';
import {
  fileStart,
  graphEvent,
  histogram,
  type HyperParameter,
  hyperParameters,
  hyperParametersEnd,
  image,
  scalar,
  type Summary,
  summaryEvent,
} from './events.js';
import { GrowingFile } from '../files/growing-file.js';
import { modelGraph } from './model-graph.js';
import { prCurve, type ScoredAnswers } from './pr-curve.js';
import { type Embedding, projectorFiles } from './projector.js';

/** Options of {@link tensorBoard}. */
export interface TensorBoardOptions {
  /** The run's folder; TensorBoard is given the one above it, `tensorboard --logdir runs`. */
  readonly directory: string;
  /** Also write the loss and metrics of a step after every so many steps. A whole number >= 1; default: none. */
  readonly everySteps?: number;
  /** Write histograms of all weights at the end of every so many epochs. A whole number >= 1; default: none. */
  readonly histogramEpochs?: number;
  /** Pictures for the end of each epoch: whole PNG files by tag. */
  readonly images?: (
    run: Run,
  ) => Readonly<Record<string, Uint8Array>> | Promise<Readonly<Record<string, Uint8Array>>>;
  /** Precision-recall curves for the end of each epoch, by tag: e.g. one for each class, of validation data. */
  readonly prCurves?: (
    run: Run,
  ) => Readonly<Record<string, ScoredAnswers>> | Promise<Readonly<Record<string, ScoredAnswers>>>;
  /** Embeddings for the projector, by tag; asked for when the run is over, unless it failed. */
  readonly embeddings?: (
    run: Run,
  ) => Readonly<Record<string, Embedding>> | Promise<Readonly<Record<string, Embedding>>>;
  /** Hyper-parameters of the run, by name. */
  readonly hyperParameters?: Readonly<Record<string, HyperParameter>>;
  /** Its layers are written as a graph. */
  readonly model?: tfl.LayersModel;
  /** Seconds since 1970 by a clock of your own. Default `Date.now() / 1000`. */
  readonly clock?: () => number;
  /** Default `tensor-board`. */
  readonly name?: string;
}

interface State {
  /** Bytes of each file, and epochs that are in them. */
  readonly train: number;
  readonly validation: number;
  readonly epochs: number;
}

/**
 * Writes event files that TensorBoard shows: scalars, histograms of weights, pictures, precision-recall curves, hyper-parameters, the
 * model's layers; and the files of its projector.
 *
 * As Keras's `TensorBoard`, `train/` and `validation/` are two runs, so that the curves of one metric lie in one chart: at step e, the
 * epoch, the tag `epoch_loss` of both, `epoch_learning_rate`, and what else the epoch's logs have; with `everySteps` at step s, the
 * steps done, `batch_loss` and the other metrics of that step alone.
 *
 * A run overwrites the files of its folder; one that resumes cuts them back to what they were at its checkpoint and goes on. With
 * `everySteps`, list `modelCheckpoint` after it, so that a checkpoint of a step knows of that step's numbers.
 *
 * Source: as Keras 3's `TensorBoard`; record files and messages as TensorFlow's `tfevents`, read in the tests by TensorBoard itself.
 *
 * @returns A plugin. It costs a small write an epoch; `histogramEpochs` a copy of the weights then, `everySteps` a small write.
 * @throws EspalierError `invalid-option`; `io` before the first step where the folder cannot be written to, or there is no file system.
 * @example
 * ```ts
 * const logging = tensorBoard({ directory: 'runs/1', everySteps: 100, hyperParameters: { learningRate: 0.01, hidden: 64 } });
 * ```
 */
export function tensorBoard(options: TensorBoardOptions): Plugin<never, never> {
  const { values, config } = readOptions('tensor-board', options, RULES);
  const { directory, everySteps, histogramEpochs, images, prCurves, embeddings } = values;
  const { hyperParameters: given, model, name } = values;
  const { clock = () => Date.now() / 1000 } = values;
  let files: { readonly train: GrowingFile; readonly validation: GrowingFile } | undefined;
  let release: ReleaseLock | undefined;
  let epochs = 0;

  const write = async (file: GrowingFile, step: number, summaries: readonly Summary[]): Promise<void> => {
    if (summaries.length > 0) await file.write(summaryEvent({ wallTime: clock(), step }, summaries));
  };
  const writeEpoch = async (epoch: number, logs: EpochLogs): Promise<void> => {
    const numbers = Object.entries(logs).filter(([metric]) => metric !== 'epoch');
    const of = (validation: boolean): Summary[] =>
      numbers
        .filter(([metric]) => metric.startsWith('val_') === validation)
        .map(([metric, value]) => scalar(`epoch_${metric.replace(/^val_/, '')}`, value));
    await write(files!.train, epoch, of(false));
    await write(files!.validation, epoch, of(true));
    epochs = epoch + 1;
  };
  const begin = async (run: Run): Promise<void> => {
    const wallTime = clock();
    const { train, validation } = files!;
    await train.write(fileStart(wallTime));
    if (run.metricNames.some((metric) => metric.startsWith('val_')))
      await validation.write(fileStart(wallTime));
    if (model) await train.write(graphEvent({ wallTime, step: 0 }, modelGraph(model)));
    if (!given) return;
    const tags = run.metricNames
      .filter((metric) => !metric.startsWith('val_'))
      .map((metric) => `epoch_${metric}`);
    await write(train, 0, hyperParameters(given, tags, wallTime));
  };

  /** Writes what the projector reads, its list of files last. */
  const project = async (found: Readonly<Record<string, Embedding>>): Promise<void> => {
    const node = await runFiles(name);
    const { fs, path } = node;
    for (const { path: parts, bytes } of projectorFiles(name, found)) {
      const file = path.join(directory, 'train', ...parts);
      await orIoError(name, `write '${file}'`, async () => {
        await fs.mkdir(path.dirname(file), { recursive: true });
        await writeWhole(node, file, bytes);
      });
    }
  };

  return {
    name,
    config,
    // After the others, so that what they log in the same epoch is there.
    enforce: 'post',
    async onFitStart(run, saved) {
      const node = await runFiles(name);
      const { path } = node;
      release = await orIoError(name, `write to '${directory}'`, async () => {
        await node.fs.mkdir(directory, { recursive: true });
        const lock = path.join(directory, '.tensor-board.lock');
        return lockForRun(run, { path: lock, what: `'${directory}'`, scope: name, node, shared: true });
      });
      const file = (part: string): GrowingFile =>
        new GrowingFile(name, node, path.join(directory, part, 'events.out.tfevents.0.espalier'));
      files = { train: file('train'), validation: file('validation') };
      const state = saved?.json as State | undefined;
      await files.train.open(state?.train ?? 0);
      if (run.metricNames.some((metric) => metric.startsWith('val_')))
        await files.validation.open(state?.validation ?? 0);
      const goesOn = files.train.bytes > 0;
      epochs = goesOn ? (state?.epochs ?? 0) : 0;
      if (!goesOn) await begin(run);
      // The checkpoint may be one that was taken before this plugin wrote the epoch.
      for (const logs of run.record.epochs.slice(epochs)) await writeEpoch(logs.epoch, logs);
    },
    ...(everySteps !== undefined && {
      async onStepEnd(run: Run, logs: { read(): Promise<EpochLogs> }) {
        if (run.step % everySteps !== 0) return;
        const numbers = Object.entries(await logs.read());
        await write(
          files!.train,
          run.step,
          numbers.map(([metric, value]) => scalar(`batch_${metric}`, value)),
        );
      },
    }),
    async onEpochEnd(run, logs) {
      await writeEpoch(run.epoch, logs);
      if (histogramEpochs !== undefined && (run.epoch + 1) % histogramEpochs === 0) {
        const weights = Object.entries(await run.getWeights());
        await write(
          files!.train,
          run.epoch,
          weights.map(([weight, { data }]) => histogram(weight, data)),
        );
      }
      if (images) {
        const pictures = Object.entries(await images(run));
        await write(
          files!.train,
          run.epoch,
          pictures.map(([tag, png]) => image(tag, png)),
        );
      }
      if (prCurves) {
        const curves = Object.entries(await prCurves(run));
        await write(
          files!.train,
          run.epoch,
          curves.map(([tag, answers]) => prCurve(name, tag, answers)),
        );
      }
    },
    async onFitEnd(run, status) {
      try {
        if (given && files && files.train.bytes > 0) {
          const end = hyperParametersEnd(status === 'failed' ? 'failure' : 'success', clock());
          await write(files.train, run.epoch, [end]);
        }
        if (embeddings && files && status !== 'failed') await project(await embeddings(run));
      } finally {
        await release?.();
        release = undefined;
      }
    },
    saveState: () => ({
      json: {
        train: files?.train.bytes ?? 0,
        validation: files?.validation.bytes ?? 0,
        epochs,
      } satisfies State,
    }),
  };
}

const RULES = {
  directory: option.text(),
  everySteps: option.integer({ min: 1, optional: true }),
  histogramEpochs: option.integer({ min: 1, optional: true }),
  images: option.custom<NonNullable<TensorBoardOptions['images']>, { readonly optional: true }>({
    expected: 'a function that gives PNG files by tag',
    accepts: (value) => typeof value === 'function',
    optional: true,
  }),
  prCurves: option.custom<NonNullable<TensorBoardOptions['prCurves']>, { readonly optional: true }>({
    expected: 'a function that gives { labels, predictions } by tag',
    accepts: (value) => typeof value === 'function',
    optional: true,
  }),
  embeddings: option.custom<NonNullable<TensorBoardOptions['embeddings']>, { readonly optional: true }>({
    expected: 'a function that gives { values, shape } by tag',
    accepts: (value) => typeof value === 'function',
    optional: true,
  }),
  hyperParameters: option.custom<Readonly<Record<string, HyperParameter>>, { readonly optional: true }>({
    expected: 'numbers, strings or truth values by name',
    accepts: (value) =>
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.keys(value).length > 0 &&
      Object.values(value).every((one) => ['number', 'string', 'boolean'].includes(typeof one)),
    optional: true,
  }),
  model: option.custom<tfl.LayersModel, { readonly optional: true }>({
    expected: 'a LayersModel',
    accepts: (value) => Array.isArray((value as Partial<tfl.LayersModel> | null)?.layers),
    optional: true,
    toJson: ({ name }) => name,
  }),
  clock: option.custom<() => number, { readonly optional: true }>({
    expected: 'a function that gives seconds since 1970',
    accepts: (clock) => typeof clock === 'function',
    optional: true,
  }),
  name: option.text({ default: 'tensor-board' }),
};
