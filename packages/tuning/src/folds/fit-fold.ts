import type { Dataset, FitOptions, HostArrays, Plugin, Trainer } from '@espalier/core';
import { decodeCheckpoint, encodeCheckpoint, EspalierError } from '@espalier/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { FoldHost, FoldOutcome, FoldPlace } from './run-folds.js';

/** What a fold's trainer is made by. */
export interface FoldContext extends FoldPlace {
  /** Belongs into the trainer's plugins: it tells of epochs, stops the run and keeps checkpoints. */
  readonly plugin: Plugin;
}

/** `fit`'s options but those that a fold has itself. */
export type FoldFitOptions = Omit<FitOptions, 'validation' | 'resumeFrom' | 'signal'>;

/** How a fold is trained. */
export interface FitFoldOptions {
  readonly scope: string;
  readonly trainer: (fold: FoldContext) => Trainer | Promise<Trainer>;
  readonly train: Dataset;
  readonly validation: Dataset;
  readonly fit: FoldFitOptions;
  /** As the epochs' logs have it, `val_...`. */
  readonly epochMonitor: string;
  readonly checkpointEvery: number | undefined;
  readonly predict: boolean;
}

/** Trains on a fold, from its checkpoint where there is one, and evaluates it. */
export async function fitFold(
  place: FoldPlace,
  host: FoldHost,
  options: FitFoldOptions,
): Promise<FoldOutcome> {
  const { scope, train, validation, fit, predict } = options;
  const { plugin, started } = foldPlugin(place, host, options);
  const trainer = await options.trainer({ ...place, plugin });
  const saved = await host.store?.read(`fold-${place.index}-run`);
  const resumeFrom = saved && saved.length > 0 ? decodeCheckpoint(saved) : undefined;
  const record = await trainer.fit(train, {
    ...fit,
    validation,
    signal: host.signal,
    ...(resumeFrom && { resumeFrom }),
  });
  if (!started())
    refuse(
      'invalid-option',
      scope,
      `the trainer of fold ${place.index} lacks the fold's plugin; add fold.plugin to its plugins`,
    );
  if (host.signal.aborted || record.stopReason === 'interrupted')
    refuse(
      'aborted',
      scope,
      `fold ${place.index} was stopped (${record.stopReason}); call it again with the same store to go on`,
    );
  const metrics = Object.entries(await trainer.evaluate(validation)).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number',
  );
  return {
    metrics: Object.fromEntries(metrics),
    epochs: record.epochs,
    ...(predict && { predictions: await outputs(trainer, validation) }),
  };
}

function foldPlugin(
  { index }: FoldPlace,
  host: FoldHost,
  { epochMonitor, checkpointEvery }: FitFoldOptions,
): { readonly plugin: Plugin; readonly started: () => boolean } {
  let started = false;
  const plugin: Plugin = {
    name: 'fold',
    enforce: 'post',
    monitors: [epochMonitor],
    onFitStart: () => void (started = true),
    async onEpochEnd(run, logs) {
      if (await host.report(logs[epochMonitor]!, run.epoch)) {
        run.stop(`pruned after epoch ${run.epoch} of fold ${index}`);
        return;
      }
      if (checkpointEvery !== undefined && (run.epoch + 1) % checkpointEvery === 0)
        await host.store?.write(`fold-${index}-run`, encodeCheckpoint(await run.checkpoint()));
    },
  };
  return { plugin, started: () => started };
}

async function outputs(trainer: Trainer, validation: Dataset): Promise<HostArrays> {
  const predicted = await trainer.predict(validation);
  const tensors: Readonly<Record<string, Tensor>> =
    'dataId' in predicted ? { output: predicted as Tensor } : (predicted as Record<string, Tensor>);
  const arrays = await Promise.all(
    Object.entries(tensors).map(async ([name, tensor]) => {
      const data = Float32Array.from(await tensor.data());
      const { shape } = tensor;
      tensor.dispose();
      return [name, { data, shape, dtype: 'float32' as const }] as const;
    }),
  );
  return Object.fromEntries(arrays);
}

function refuse(code: 'invalid-option' | 'aborted', scope: string, message: string): never {
  throw new EspalierError({ code, scope, message: `${message}.` });
}
