import * as tf from '@tensorflow/tfjs-core';
import type { HostArrays, Tensors } from '../data/arrays.js';
import { EspalierError, isEspalierError } from '../errors.js';
import { valueAndGradients } from './gradients.js';
import type { BoundForward, BoundModel } from '../model/bound-model.js';
import type { OutputObjective } from './objectives.js';
import type { Optimizer } from './optimizer.js';
import type { Batch, Plugin } from '../run/plugin.js';
import {
  PARAMETERS,
  PLUGINS,
  putGroup,
  SLOTS,
  takeGroup,
  toHostArrays,
  VARIABLES,
  weightsOf,
} from './state.js';
import type { StepContext } from './step-context.js';
import { scopedStep } from './step-context.js';
import type { StepProgram } from './step-program.js';
import { traceScope } from '../engine/trace-scope.js';

/** What a training step is made of. */
export interface ProgramParts {
  readonly model: BoundModel;
  readonly optimizer: Optimizer;
  readonly objectives: readonly OutputObjective[];
  /** In the order in which their hooks run. */
  readonly plugins: readonly Plugin[];
}

/** A step program and the state it starts from. */
export interface TrainingProgram extends StepProgram {
  /** Present weights, fresh slots and plugin state. */
  initialState(): Promise<HostArrays>;
  readonly hasPenalties: boolean;
}

/** Keeps a batch of examples that all weigh nothing from dividing 0 by 0. */
const MIN_WEIGHT = 1e-30;

/** Name of the penalty that a model's own regularizers add. */
const MODEL_PENALTY = 'model';

/** Builds the step from model, losses, optimizer and plugins: DESIGN's one idea, in order of execution. */
export function trainingProgram({ model, optimizer, objectives, plugins }: ProgramParts): TrainingProgram {
  const having = <K extends keyof Plugin>(hook: K) =>
    plugins.filter((plugin): plugin is Plugin & Required<Pick<Plugin, K>> => plugin[hook] !== undefined);
  const batchPlugins = having('transformBatch');
  const penaltyPlugins = having('penalty');
  const gradientPlugins = having('transformGradients');
  const parameterPlugins = having('transformParameters');
  const statePlugins = having('stepState');

  const penaltiesOf = (
    parameters: Tensors,
    weights: Tensors,
    step: StepContext,
  ): Record<string, tf.Scalar> => {
    const terms: Record<string, tf.Scalar> = {};
    for (const plugin of penaltyPlugins) {
      terms[plugin.name] = inPlugin(plugin, 'penalty', () =>
        plugin.penalty(parameters, scopedStep(step, plugin)),
      );
    }
    const own = model.penalty?.(weights);
    if (own) terms[MODEL_PENALTY] = own;
    return terms;
  };

  const lossSums = (
    { outputs }: BoundForward,
    batch: Batch,
  ): { sums: Record<string, tf.Tensor>; loss: tf.Scalar } => {
    const sums: Record<string, tf.Tensor> = {};
    const terms = objectives.map(({ output, loss, lossWeight }) =>
      traceScope(`loss ${loss.name}`, () => {
        const perExample = loss.perExample(outputs[output]!, batch.targets[output]!);
        const weights = batch.weights?.[output];
        const sum = tf.sum(weights ? tf.mul(perExample, weights) : perExample);
        sums[`loss/${output}`] = sum;
        if (weights) sums[`weight/${output}`] = tf.sum(weights);
        const mean = weights
          ? tf.div(sum, tf.maximum(sums[`weight/${output}`]!, MIN_WEIGHT))
          : tf.mul(sum, 1 / perExample.shape[0]);
        return lossWeight === 1 ? mean : tf.mul(mean, lossWeight);
      }),
    );
    return { sums, loss: (terms.length === 1 ? terms[0]! : tf.addN(terms)) as tf.Scalar };
  };

  const metricSums = (outputs: Tensors, batch: Batch): Record<string, tf.Tensor> => {
    const sums: Record<string, tf.Tensor> = {};
    for (const { output, metrics } of objectives) {
      for (const metric of metrics) {
        const weights = batch.weights?.[output];
        const values = traceScope(`metric ${metric.name}`, () =>
          metric.sums({
            outputs: outputs[output]!,
            targets: batch.targets[output]!,
            ...(weights ? { weights } : {}),
          }),
        );
        Object.assign(sums, putGroup(`metric/${output}/${metric.name}/`, values));
      }
    }
    return sums;
  };

  return {
    hasPenalties: penaltyPlugins.length > 0 || model.penalty !== undefined,
    version: () => model.trainable().join(),

    train(state, given, step) {
      const parameters = takeGroup(state, PARAMETERS);
      const variables = takeGroup(state, VARIABLES);
      let batch = given;
      for (const plugin of batchPlugins) {
        batch = inPlugin(plugin, 'transformBatch', () =>
          plugin.transformBatch(batch, scopedStep(step, plugin)),
        );
      }

      let forward: BoundForward | undefined;
      let found: ReturnType<typeof valueAndGradients>;
      try {
        found = valueAndGradients(() => {
          const weights = { ...parameters, ...variables };
          forward = model.forward(batch.inputs, weights, step);
          const { sums, loss } = lossSums(forward, batch);
          const penalties = penaltiesOf(parameters, weights, step);
          const terms = Object.values(penalties);
          return {
            value: terms.length === 0 ? loss : (tf.addN([loss, ...terms]) as tf.Scalar),
            aux: {
              ...putGroup('sum/', sums),
              ...putGroup('sum/penalty/', penalties),
              ...putGroup('output/', forward.outputs),
              ...putGroup('assigned/', forward.assigned),
            },
          };
        }, parameters);
      } finally {
        forward?.release?.();
      }

      let gradients: Tensors = found.gradients;
      for (const plugin of gradientPlugins) {
        gradients = inPlugin(plugin, 'transformGradients', () =>
          plugin.transformGradients(gradients, parameters, scopedStep(step, plugin)),
        );
      }
      const scalars = scopedStep(step, optimizer).scalar;
      const updated = traceScope(`optimizer ${optimizer.name}`, () =>
        optimizer.update(gradients, takeGroup(state, SLOTS), parameters, scalars),
      );
      let next: Tensors = model.constrain?.(updated.parameters) ?? updated.parameters;
      for (const plugin of parameterPlugins) {
        next = inPlugin(plugin, 'transformParameters', () =>
          plugin.transformParameters(next, parameters, scopedStep(step, plugin)),
        );
      }
      const pluginState: Record<string, tf.Tensor> = {};
      for (const plugin of statePlugins) {
        const prefix = `${PLUGINS}${plugin.name}/`;
        const values = inPlugin(plugin, 'stepState', () =>
          plugin.stepState.update(
            takeGroup(state, prefix),
            { parameters: next, gradients },
            scopedStep(step, plugin),
          ),
        );
        Object.assign(pluginState, putGroup(prefix, values));
      }

      return {
        state: {
          ...state,
          ...putGroup(PARAMETERS, next),
          ...putGroup(VARIABLES, takeGroup(found.aux, 'assigned/')),
          ...putGroup(SLOTS, updated.slots),
          ...pluginState,
        },
        sums: {
          ...takeGroup(found.aux, 'sum/'),
          ...metricSums(takeGroup(found.aux, 'output/'), batch),
        },
      };
    },

    evaluate(state, batch, step) {
      const forward = model.forward(batch.inputs, weightsOf(state), step);
      const { sums } = lossSums(forward, batch);
      const result = { ...sums, ...metricSums(forward.outputs, batch) };
      forward.release?.();
      return result;
    },

    penalties: (state, step) => penaltiesOf(takeGroup(state, PARAMETERS), weightsOf(state), step),

    predict(state, inputs, step) {
      const forward = model.forward(inputs, weightsOf(state), step);
      forward.release?.();
      return forward.outputs;
    },

    async initialState() {
      const trainable = new Set(model.trainable());
      const weights = await toHostArrays(model.weights());
      const state: Record<string, HostArrays[string]> = {};
      for (const name of Object.keys(weights)) {
        state[(trainable.has(name) ? PARAMETERS : VARIABLES) + name] = weights[name]!;
      }
      const fresh = tf.tidy(() => {
        const all = model.weights();
        const parameters = Object.fromEntries([...trainable].map((name) => [name, all[name]!]));
        const entries = putGroup(SLOTS, optimizer.init(parameters));
        for (const plugin of statePlugins) {
          const values = inPlugin(plugin, 'stepState', () => plugin.stepState.init(parameters));
          Object.assign(entries, putGroup(`${PLUGINS}${plugin.name}/`, values));
        }
        // Never the model's own variables: these are disposed once read.
        for (const name of Object.keys(entries)) entries[name] = tf.keep(tf.clone(entries[name]!));
        return entries;
      });
      try {
        return { ...state, ...(await toHostArrays(fresh)) };
      } finally {
        for (const tensor of Object.values(fresh)) tensor.dispose();
      }
    },
  };
}

/** Errors of a hook inside the step name the plugin and the hook. */
function inPlugin<T>(plugin: Plugin, hook: string, body: () => T): T {
  try {
    return traceScope(`plugin ${plugin.name}`, body);
  } catch (cause) {
    throw new EspalierError({
      code: isEspalierError(cause) ? cause.code : 'hook-failed',
      scope: plugin.name,
      message: `${hook} failed: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    });
  }
}
