import * as tfl from '@tensorflow/tfjs-layers';
import { bindModel } from '../model/model.js';
import { claim } from './claim.js';
import { compose, type ComposedPlugins, type ComposeOptions } from './compose.js';
import { IN_STEP } from './hooks.js';
import type { Plugin } from './plugin.js';
import type { EpochLogs } from './record.js';
import { fail } from '../errors.js';
import { readOptions } from '../read-options.js';
import { LAYERS_CALLBACK_OPTION_RULES } from './compose-option-rules.js';

/** The part of a compiled model's optimizer that a learning rate can be written to. */
interface LayersOptimizer {
  learningRate?: number;
  setLearningRate?(rate: number): void;
}

/**
 * The observing hooks of plugins as a callback for `model.fit` of TensorFlow.js.
 *
 * `run.stop` sets `model.stopTraining`. `acc` is called `accuracy`, as everywhere in Espalier. What works inside a step
 * cannot work here, and such plugins are refused by name.
 *
 * @throws EspalierError `invalid-option` for a plugin with an in-step hook; `two-copies` for a model of another copy of
 *   `@tensorflow/tfjs-layers`, whose `fit` never returns with a callback of this one.
 * @example
 * ```ts
 * const print: Plugin = { name: 'print', onEpochEnd: (run, logs) => console.log(run.epoch, logs['loss']) };
 * await model.fit(x, y, { epochs: 20, callbacks: toLayersCallback([print], model) });
 * ```
 */
export function toLayersCallback(
  plugins: readonly Plugin[],
  model: tfl.LayersModel,
  options: Omit<ComposeOptions, 'weights' | 'learningRate'> = {},
): tfl.CustomCallback {
  if (!(model instanceof tfl.LayersModel)) bindModel(model);
  for (const plugin of plugins) {
    const hook = IN_STEP.find((name) => plugin[name] !== undefined);
    if (hook) {
      fail(
        'invalid-option',
        plugin.name,
        `its ${hook} works inside the step, which model.fit does not open; use the Trainer.`,
      );
    }
  }
  readOptions('to-layers-callback', options, LAYERS_CALLBACK_OPTION_RULES);
  const optimizer = model.optimizer as unknown as LayersOptimizer | undefined;
  const baseRate = optimizer?.learningRate ?? 0;
  let loop: ComposedPlugins | undefined;
  let release = (): void => {};
  let trained: unknown;
  const start = (metricNames: readonly string[]): ComposedPlugins =>
    compose(plugins, {
      metricNames,
      ...options,
      learningRate: baseRate,
      weights: bindModel(model).weights(),
    });
  const abandon = async (error: unknown): Promise<void> => {
    await loop!.error(error).catch(() => {});
    await loop!.fitEnd('failed').catch(() => {});
    release();
  };
  /** What throws in here ends `model.fit`, which tells nobody. */
  const guarded = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      await abandon(error);
      throw error;
    }
  };
  const callback: tfl.CustomCallback = new tfl.CustomCallback({
    async onTrainBegin() {
      // An error of model.fit itself left the run before without an end.
      if (loop) await abandon(new Error('model.fit ended without saying so'));
      loop = undefined;
      if (trained !== model && trained !== (model as { model?: unknown }).model)
        fail(
          'invalid-option',
          'to-layers-callback',
          'this callback was made for another model than the one whose fit got it; make one for each.',
        );
      const begun = start(options.metricNames ?? producedBy(callback, model));
      release = claim('to-layers-callback', [{ object: model, what: 'the model' }]);
      loop = begun;
      await guarded(() => begun.fitStart());
    },
    onEpochBegin: () => guarded(() => loop!.epochStart()),
    onBatchEnd: (_, logs) =>
      guarded(async () => {
        await loop!.stepEnd(numbers(logs));
        if (loop!.run.stopReason !== undefined) model.stopTraining = true;
      }),
    onEpochEnd: (_, logs) =>
      guarded(async () => {
        await loop!.epochEnd(numbers(logs));
        setRate(optimizer, loop!.run.learningRate);
        if (loop!.run.stopReason !== undefined) model.stopTraining = true;
      }),
    async onTrainEnd() {
      const ending = loop!;
      loop = undefined;
      await ending.fitEnd().finally(release);
    },
  });
  callback.setModel = (given) => void (trained = given);
  return callback;
}

/** What `model.fit` told the callback that it will log; those of a validation only where there is one. */
function producedBy({ params }: tfl.CustomCallback, model: tfl.LayersModel): string[] {
  const { metrics } = (params ?? {}) as { metrics?: unknown };
  if (Array.isArray(metrics) && metrics.length > 0) return (metrics as string[]).map(fieldName);
  const own = ['loss', ...(model.metricsNames ?? []).slice(1).map(fieldName)];
  return [...own, ...own.map((name) => `val_${name}`)];
}

function setRate(optimizer: LayersOptimizer | undefined, rate: number): void {
  if (!optimizer || optimizer.learningRate === rate) return;
  // SGD keeps its rate in a tensor and ignores the property; it alone has setLearningRate.
  if (optimizer.setLearningRate) optimizer.setLearningRate(rate);
  else optimizer.learningRate = rate;
}

function fieldName(name: string): string {
  return name.replace(/(^|_)acc$/, '$1accuracy');
}

function numbers(logs: tfl.Logs | undefined): EpochLogs {
  const named: Record<string, number> = {};
  for (const [name, value] of Object.entries(logs ?? {})) {
    if (typeof value === 'number' && name !== 'batch' && name !== 'size') named[fieldName(name)] = value;
  }
  return named;
}
