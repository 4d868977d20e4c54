import * as tf from '@tensorflow/tfjs-core';
import type { HostArrays, Tensors } from '../data/arrays.js';
import { sizeOf } from '../data/arrays.js';
import { toTensor } from '../data/to-tensor.js';
import { claim, claimedPlugins } from './claim.js';
import { checkLoopLogs, checkPromised } from './loop-logs.js';
import { checkMonitors } from './monitors.js';
import { COMPOSE_OPTION_RULES } from './compose-option-rules.js';
import { readOptions } from '../read-options.js';
import type { Schedule } from '../step/optimizer.js';
import type { Batch, Plugin } from './plugin.js';
import { PluginDriver } from './plugin-driver.js';
import { stream } from '../random.js';
import type { EpochLogs, RunStatus } from './record.js';
import type { Run } from './run.js';
import { fail } from '../errors.js';
import { RunEngine } from './run-engine.js';
import type { RunState } from './run-state.js';
import { ownVersions } from './setup.js';
import { directionOfName } from '../step/objectives.js';
import { scalarSource } from '../step/scalars.js';
import { unknownScalar } from '../step/unknown-scalar.js';
import { toHostArray, toHostArrays } from '../step/state.js';
import type { StepContext } from '../step/step-context.js';
import { prepareTfjs } from '../engine/prepare-tfjs.js';

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
  /** @throws EspalierError `invalid-option` where a plugin is in another run that has not ended. */
  fitStart(): Promise<void>;
  epochStart(): Promise<void>;
  /** Before each step, where a plugin has `onStepStart`. */
  stepStart(): Promise<void>;
  transformBatch(batch: Batch): Batch;
  /** Sum of all penalties; `undefined` where no plugin has any. */
  penalty(parameters: Tensors): tf.Scalar | undefined;
  transformGradients(gradients: Tensors, parameters: Tensors): Tensors;
  transformParameters(parameters: Tensors, previous: Tensors): Tensors;
  /** After each step, with its numbers. */
  stepEnd(logs?: EpochLogs): Promise<void>;
  /** Before a validation, where a plugin has `onValidationStart`. */
  validationStart(): Promise<void>;
  /** After each epoch, with its numbers; names starting with `val_` go to `onValidationEnd` first. */
  epochEnd(logs: EpochLogs): Promise<void>;
  /** Tells the plugins of an error that ends the loop; `fitEnd('failed')` follows. */
  error(error: unknown): Promise<void>;
  /**
   * Last; default status: `stopped` where somebody asked to stop, else `completed`. Where a plugin has weights that the run is to
   * end with, the option `weights` gets them.
   */
  fitEnd(status?: RunStatus): Promise<void>;
}

/** Hooks that take part in the forward pass, or carry tensors from step to step: a loop of one's own has no place for them. */
const NEED_THE_TRAINER = [
  'stepState',
  'parameters',
  'acceptStep',
  'evaluationParameters',
  'observeLayer',
  'penalizeLayer',
  'penalizeOutputs',
  'weighLosses',
  'perturbParameters',
] as const;

/**
 * Plugins for a loop of your own. The loop decides what a step is; the plugins get the same hooks in the same order as
 * under the trainer. Call the in-step ones inside `tf.tidy`. From `fitStart` to `fitEnd` the plugins are this loop's: a loop that
 * throws ends with `fitEnd('failed')`.
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
  const { seed, learningRate, batchSize, weights, epochs, stepsPerEpoch, metricNames } = readOptions(
    'compose',
    options,
    COMPOSE_OPTION_RULES,
  ).values;
  prepareTfjs();
  const driver = new PluginDriver(plugins);
  for (const hook of NEED_THE_TRAINER) {
    const [stateful] = driver.with(hook);
    if (stateful)
      fail('invalid-option', stateful.name, `its ${hook} needs the Trainer; compose() cannot carry it.`);
  }
  const names = [...metricNames, ...driver.logs];
  checkMonitors(driver.plugins, names);

  const engine = new RunEngine(
    {
      seed,
      epochs,
      stepsPerEpoch,
      metricNames: names,
      learningRate,
      executor: 'own loop',
      setup: { plugins: driver.configs(), versions: ownVersions() },
      directionOf: directionOfName,
    },
    driver,
    {
      getWeights: () => toHostArrays(needWeights(weights)),
      setWeights: async (values) => assign(needWeights(weights), values),
      readState: async () =>
        fail('invalid-option', 'compose', 'a hand-written loop has no state of plugins.'),
    },
  );
  const { run } = engine;
  const taps = new Map<string, tf.Tensor>();
  const step = loopStep(run, driver.plugins, batchSize, taps);
  let release = (): void => {};
  const dropTaps = (): void => {
    for (const tensor of taps.values()) tensor.dispose();
    taps.clear();
  };

  return {
    run,
    step,
    async fitStart() {
      const free = claim('compose', claimedPlugins(driver.plugins));
      try {
        await engine.fitStart();
        release = free;
      } catch (error) {
        free();
        throw error;
      }
    },
    epochStart: async () => engine.epochStart(),
    stepStart: async () => engine.stepStart(),
    transformBatch: (batch) => driver.transformBatch(batch, step),
    penalty(parameters) {
      const terms = Object.values(driver.penalties(parameters, step));
      return terms.length === 0 ? undefined : (tf.addN(terms) as tf.Scalar);
    },
    transformGradients: (gradients, parameters) => driver.transformGradients(gradients, parameters, step, {}),
    transformParameters: (parameters, previous) => driver.transformParameters(parameters, previous, step, {}),
    async stepEnd(logs = {}) {
      checkLoopLogs('stepEnd', logs);
      try {
        await engine.stepEnd({
          logs: () => logs,
          tap: async (name) => (taps.has(name) ? toHostArray(taps.get(name)!) : undefined),
        });
      } finally {
        dropTaps();
      }
    },
    validationStart: async () => engine.validationStart(),
    async epochEnd(logs) {
      checkLoopLogs('epochEnd', logs);
      checkPromised(run, logs, driver.plugins);
      const validation = Object.entries(logs).filter(([name]) => name.startsWith('val_'));
      if (validation.length > 0) await engine.validationEnd(Object.fromEntries(validation));
      await engine.epochEnd(logs);
    },
    async fitEnd(status = run.stopReason === undefined ? 'completed' : 'stopped') {
      try {
        if (status !== 'failed') await engine.trainEnd(status);
      } catch (error) {
        await engine.error(error);
        await engine.fitEnd('failed');
        release();
        throw error;
      }
      const [error] = await engine.fitEnd(status);
      release();
      if (error !== undefined) throw error;
    },
    async error(error) {
      const [another] = await engine.error(error);
      if (another !== undefined) throw another;
    },
  };
}

function loopStep(
  run: RunState,
  plugins: readonly Plugin[],
  batchSize: number,
  taps: Map<string, tf.Tensor>,
): StepContext {
  const source = scalarSource(plugins);
  return {
    training: true,
    scalar(name) {
      const { learningRate, learningRateFactor } = run;
      const scalars = source(run.position, { learningRate, learningRateFactor, batchSize });
      const value = scalars[name];
      if (typeof value !== 'number') throw unknownScalar(name, Object.keys(scalars));
      return tf.scalar(value);
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
  for (const [name, array] of Object.entries(values)) {
    const variable = variables[name] ?? fail('invalid-data', 'compose', `there is no weight '${name}'.`);
    const value = toTensor(array, true);
    variable.assign(value);
    value.dispose();
  }
}
