import * as tf from '@tensorflow/tfjs-core';
import type { HostArrays, Tensors } from '../data/arrays.js';
import { sizeOf } from '../data/arrays.js';
import { checkMonitors } from './monitors.js';
import { checkOptions } from '../options.js';
import type { Schedule } from '../step/optimizer.js';
import type { Batch, Plugin, StepLogs } from './plugin.js';
import { PluginDriver } from './plugin-driver.js';
import { stream } from '../random.js';
import type { EpochLogs, RunStatus } from './record.js';
import type { Run } from './run.js';
import { fail } from '../errors.js';
import { RunState } from './run-state.js';
import { scalarsAt } from '../step/scalars.js';
import { toHostArray, toHostArrays } from '../step/state.js';
import { scopedStep, type StepContext } from '../step/step-context.js';
import { unknownScalar } from '../step/unknown-scalar.js';

/** What a hand-written loop tells {@link compose} about itself. */
export interface ComposeOptions {
  /** Seed of the plugins' random numbers. Default 0. */
  readonly seed?: number;
  /** The loop's base learning rate; `loop.run.learningRate` is it times the plugins' factors. Default 0.001. */
  readonly learningRate?: number | Schedule;
  readonly epochs?: number;
  readonly stepsPerEpoch?: number;
  /** Examples in a batch, for plugins that scale by it. Default 1. */
  readonly batchSize?: number;
  /** Names that the loop will give to `epochEnd`, for plugins that monitor. Default `loss`. */
  readonly metricNames?: readonly string[];
  /** The model's weights by name, for plugins that read or restore them. */
  readonly weights?: Readonly<Record<string, tf.Variable>>;
}

/** The hooks of several plugins as one set of calls for a hand-written loop. */
export interface ComposedPlugins {
  readonly run: Run;
  /** The step's scalars and random numbers. */
  readonly step: StepContext;
  fitStart(): Promise<void>;
  epochStart(): Promise<void>;
  transformBatch(batch: Batch): Batch;
  /** Sum of all penalties; `undefined` where no plugin has any. */
  penalty(parameters: Tensors): tf.Scalar | undefined;
  transformGradients(gradients: Tensors, parameters: Tensors): Tensors;
  transformParameters(parameters: Tensors, previous: Tensors): Tensors;
  /** After each step, with its numbers. */
  stepEnd(logs?: EpochLogs): Promise<void>;
  /** After each epoch, with its numbers; names starting with `val_` go to `onValidationEnd` first. */
  epochEnd(logs: EpochLogs): Promise<void>;
  /** Last; default status: `stopped` where somebody asked to stop, else `completed`. */
  fitEnd(status?: RunStatus): Promise<void>;
}

/**
 * Plugins for a loop of your own. The loop decides what a step is; the plugins get the same hooks in the same order as
 * under the trainer. Call the in-step ones inside `tf.tidy`.
 *
 * `stepState` and checkpoints need the trainer: a plugin that has `stepState` is refused.
 *
 * @throws EspalierError `duplicate-name`, `unknown-metric`, or `invalid-option`.
 * @example
 * ```ts
 * const loop = compose([l2({ lambda: 1e-4 }), earlyStopping({ monitor: 'loss', patience: 3 })], { learningRate: 0.01 });
 * await loop.fitStart();
 * ```
 */
export function compose(plugins: readonly Plugin[], options: ComposeOptions = {}): ComposedPlugins {
  const { seed = 0, learningRate = 0.001, batchSize = 1, weights } = options;
  const { epochs = Infinity, stepsPerEpoch = Infinity, metricNames = ['loss'] } = options;
  checkOptions('compose').integer('seed', seed, { min: 0 });
  const driver = new PluginDriver(plugins);
  const stateful = driver.plugins.find(({ stepState }) => stepState);
  if (stateful)
    fail('invalid-option', stateful.name, 'its stepState needs the Trainer; compose() cannot carry it.');
  const names = [...metricNames, ...driver.plugins.flatMap(({ logs }) => (logs ?? []) as string[])];
  checkMonitors(driver.plugins, names);

  const run = new RunState(
    { seed, epochs, stepsPerEpoch, metricNames: names, learningRate, executor: 'own loop' },
    {
      getWeights: () => toHostArrays(needWeights(weights)),
      setWeights: async (values) => assign(needWeights(weights), values),
      checkpoint: async () =>
        fail('checkpoint', 'compose', 'a hand-written loop has no checkpoints; use the Trainer.'),
    },
  );
  const taps = new Map<string, tf.Tensor>();
  const step = loopStep(run, driver.plugins, batchSize, taps);
  const inOrder = <T>(value: T, apply: (plugin: Plugin, value: T) => T | undefined): T =>
    driver.plugins.reduce((now, plugin) => apply(plugin, now) ?? now, value);

  return {
    run,
    step,
    fitStart: () => driver.run('onFitStart', run),
    async epochStart() {
      run.stepInEpoch = 0;
      run.logged = {};
      await driver.run('onEpochStart', run);
    },
    transformBatch: (batch) => inOrder(batch, (p, now) => p.transformBatch?.(now, scopedStep(step, p))),
    penalty(parameters) {
      const terms = driver.plugins.flatMap((p) => p.penalty?.(parameters, scopedStep(step, p)) ?? []);
      return terms.length === 0 ? undefined : (tf.addN(terms) as tf.Scalar);
    },
    transformGradients: (gradients, parameters) =>
      inOrder(gradients, (p, now) => p.transformGradients?.(now, parameters, scopedStep(step, p))),
    transformParameters: (parameters, previous) =>
      inOrder(parameters, (p, now) => p.transformParameters?.(now, previous, scopedStep(step, p))),
    async stepEnd(logs = {}) {
      run.step++;
      run.stepInEpoch++;
      const stepLogs: StepLogs = {
        read: async () => logs,
        running: async () => logs,
        tap: async (name) => (taps.has(name) ? toHostArray(taps.get(name)!) : undefined),
      };
      await driver.run('onStepEnd', run, stepLogs);
      for (const tensor of taps.values()) tensor.dispose();
      taps.clear();
    },
    async epochEnd(logs) {
      const validation = Object.fromEntries(Object.entries(logs).filter(([name]) => name.startsWith('val_')));
      if (Object.keys(validation).length > 0) await driver.run('onValidationEnd', run, validation);
      const line = () => ({ epoch: run.epoch, ...logs, learning_rate: run.learningRate, ...run.logged });
      const at = run.epochRecords.push(line()) - 1;
      for (const plugin of driver.plugins) {
        await driver.runOne(plugin, 'onEpochEnd', run, line());
        run.epochRecords[at] = line();
      }
      run.epoch++;
    },
    async fitEnd(status = run.stopReason === undefined ? 'completed' : 'stopped') {
      run.status = status;
      const [error] = await driver.runAll('onFitEnd', run, status);
      if (error !== undefined) throw error;
    },
  };
}

function loopStep(
  run: RunState,
  plugins: readonly Plugin[],
  batchSize: number,
  taps: Map<string, tf.Tensor>,
): StepContext {
  return {
    training: true,
    scalar(name) {
      const { learningRate, learningRateFactor } = run;
      const scalars = scalarsAt(run.position, { learningRate, learningRateFactor, batchSize }, plugins);
      if (scalars[name] === undefined) throw unknownScalar(name, Object.keys(scalars));
      return tf.scalar(scalars[name]);
    },
    random(name, shape, distribution = 'uniform') {
      const numbers = stream(run.seed, name, run.step);
      const size = sizeOf(shape);
      const values = distribution === 'normal' ? numbers.normals(size) : numbers.uniforms(size);
      return tf.tensor(values, [...shape], 'float32');
    },
    tap(name, value) {
      taps.get(name)?.dispose();
      taps.set(name, tf.keep(tf.clone(value)));
    },
  };
}

function needWeights<T>(weights: T | undefined): T {
  return (
    weights ??
    fail('invalid-option', 'compose', 'a plugin wants the weights; give compose() the option `weights`.')
  );
}

function assign(variables: Readonly<Record<string, tf.Variable>>, values: HostArrays): void {
  for (const [name, { data, shape, dtype }] of Object.entries(values)) {
    const variable = variables[name] ?? fail('invalid-data', 'compose', `there is no weight '${name}'.`);
    const value = tf.tensor(data.slice(), [...shape], dtype);
    variable.assign(value);
    value.dispose();
  }
}
