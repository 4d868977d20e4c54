import * as tf from '@tensorflow/tfjs-core';
import type { HostArrays, Tensors } from '../data/arrays.js';
import { fail } from '../errors.js';
import { toTensor } from '../data/to-tensor.js';
import { traceScope } from '../engine/trace-scope.js';
import { LayerWatch } from '../run/layer-watch.js';
import type { Batch } from '../run/plugin.js';
import { batchObjective, perExamples, withoutPlugins } from './batch-objective.js';
import { mapTensors } from './gradients.js';
import { lossTerms, MIN_WEIGHT } from './loss-terms.js';
import { measured, rowsOf, sumsOf } from './measured.js';
import type { ProgramParts } from './program-parts.js';
import {
  ACCEPTED,
  ACCUMULATED,
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

/** A step program and the state it starts from. */
export interface TrainingProgram extends StepProgram {
  /** Present weights, fresh slots and plugin state. */
  initialState(): Promise<HostArrays>;
  readonly hasPenalties: boolean;
}

/** What the names of rows that metrics keep begin with among the outputs of an evaluation. */
export const ROWS = 'rows/';

/** The entry of the accumulated state that counts examples. */
const EXAMPLES = 'examples';

/** Builds the step from model, losses, optimizer and plugins: DESIGN's one idea, in order of execution. */
export function trainingProgram(parts: ProgramParts): TrainingProgram {
  const { model, optimizer, objectives, driver, lossReduction, accumulates } = parts;

  const objective = batchObjective(parts);
  const penaltyOfWeights = driver.has('penalty') || model.penalty !== undefined;
  const own = driver.ownParameters();
  const ownNames = Object.keys(own);
  /** All that gradients train: the model's parameters, and those of plugins. */
  const trainedOf = (state: Tensors): Record<string, tf.Tensor> => ({
    ...takeGroup(state, PARAMETERS),
    ...Object.fromEntries(ownNames.map((name) => [name, state[name]!])),
  });

  /** What the loss of a batch was divided by, so that the gradients of several batches make that of all. */
  const countOf = (sums: Tensors, batch: Batch): tf.Tensor => {
    const counts = Object.values(takeGroup(sums, 'weight/'));
    if (counts.length > 0 && objectives.length > 1) {
      fail(
        'invalid-option',
        'trainer',
        'accumulate must be 1 for several outputs of which one masks steps or leaves targets out: their losses count different numbers of them.',
      );
    }
    return counts[0] ?? tf.scalar(Object.values(batch.inputs)[0]!.shape[0]!);
  };

  const shownParameters = (state: Tensors, step: StepContext): Tensors =>
    driver.evaluationParameters(takeGroup(state, PARAMETERS), state, step);

  return {
    hasPenalties: penaltyOfWeights || driver.has('penalizeLayer') || driver.has('penalizeOutputs'),
    version: () => [...model.trainable(), ...(model.frozen?.() ?? [])].join(),

    accumulate(state, batch, step) {
      const { gradients, assigned, sums } = objective.differentiate(state, batch, step, trainedOf(state));
      const examples = countOf(sums, batch);
      const gathered = takeGroup(state, ACCUMULATED);
      const next = mapTensors(gathered, (sum, name) => {
        if (name === EXAMPLES) return tf.add(sum, examples);
        return gradients[name] ? tf.add(sum, tf.mul(gradients[name], examples)) : sum;
      });
      return { state: { ...state, ...assigned, ...putGroup(ACCUMULATED, next) }, sums };
    },

    train(state, batch, step) {
      const trained = trainedOf(state);
      const found = objective.differentiate(state, batch, step, trained);
      const { assigned, sums, penalties, observed } = found;
      const parameters = takeGroup(state, PARAMETERS);
      const gathered = takeGroup(state, ACCUMULATED);
      const means = accumulates ? meanOver(gathered, found.gradients, countOf(sums, batch)) : found.gradients;
      const [ofModel, ofPlugins] = apart(means);
      const gradients = driver.transformGradients(ofModel, parameters, step, state);
      const scalars = scopedStep(step, optimizer).scalar;
      const updated = traceScope(`optimizer ${optimizer.name}`, () =>
        optimizer.update({ ...gradients, ...ofPlugins }, takeGroup(state, SLOTS), trained, scalars),
      );
      const [updatedModel, updatedPlugins] = apart(updated.parameters);
      let next: Tensors = model.constrain?.(updatedModel) ?? updatedModel;
      next = driver.transformParameters(next, parameters, step, state);
      const outcome = { parameters: next, previous: parameters, gradients };
      const answers = driver.acceptStep({ ...outcome, loss: found.objective }, step);
      const accepted = answers.length > 1 ? (tf.min(tf.stack(answers)) as tf.Scalar) : answers[0];
      const reached = {
        ...state,
        ...putGroup(PARAMETERS, next),
        ...assigned,
        ...putGroup(SLOTS, updated.slots),
        ...putGroup(
          ACCUMULATED,
          mapTensors(gathered, (sum) => tf.zerosLike(sum)),
        ),
        ...updatedPlugins,
        ...driver.nextState(state, outcome, observed, step),
      };
      return accepted
        ? {
            state: whereAccepted(accepted, reached, state),
            sums: { ...sums, ...penalties, [ACCEPTED]: accepted },
          }
        : { state: reached, sums: { ...sums, ...penalties } };
    },

    evaluate(state, batch, step) {
      const parameters = shownParameters(state, step);
      const weights = { ...parameters, ...takeGroup(state, VARIABLES) };
      const watch = new LayerWatch(driver, step, false);
      const forward = watch.during(() => model.forward(batch.inputs, weights, step));
      try {
        const { sums } = lossTerms(objectives, forward, batch, batch.targets, lossReduction);
        const penalties = objective.batchPenalties({ batch, forward, watch }, state, parameters, step);
        const { outputs, masks = {} } = forward;
        return {
          sums: {
            ...sums,
            ...perExamples(penalties, batch),
            ...measured(objectives, sumsOf, outputs, masks, batch),
          },
          outputs: { ...outputs, ...putGroup(ROWS, measured(objectives, rowsOf, outputs, masks, batch)) },
        };
      } finally {
        forward.release?.();
        watch.dispose();
      }
    },

    penalties(state, step) {
      const parameters = shownParameters(state, step);
      return objective.penalties(parameters, { ...weightsOf(state), ...parameters }, step);
    },

    predict(state, inputs, step) {
      const weights = { ...shownParameters(state, step), ...takeGroup(state, VARIABLES) };
      const forward = model.forward(inputs, weights, step);
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
        const ofPlugins = Object.fromEntries(ownNames.map((name) => [name, toTensor(own[name]!, true)]));
        const trained = { ...parameters, ...ofPlugins };
        const gathered = { ...mapTensors(trained, (one) => tf.zerosLike(one)), [EXAMPLES]: tf.scalar(0) };
        const entries = {
          ...ofPlugins,
          ...putGroup(SLOTS, optimizer.init(trained)),
          ...(accumulates ? putGroup<tf.Tensor>(ACCUMULATED, gathered) : {}),
          ...driver.initialState(parameters, model.layers?.() ?? []),
        };
        // Never the model's own variables: these are disposed once read.
        return mapTensors(entries, (tensor) => tf.keep(tf.clone(tensor)));
      });
      try {
        return { ...state, ...(await toHostArrays(fresh)) };
      } finally {
        for (const tensor of Object.values(fresh)) tensor.dispose();
      }
    },
  };
}

/** The entries of the model, and those of plugins. */
function apart(trained: Tensors): readonly [ofModel: Tensors, ofPlugins: Tensors] {
  const ofPlugins = Object.entries(trained).filter(([name]) => name.startsWith(PLUGINS));
  return ofPlugins.length === 0 ? [trained, {}] : [withoutPlugins(trained), Object.fromEntries(ofPlugins)];
}

/** The state that a step reached where it is accepted, else the one before it. */
function whereAccepted(accepted: tf.Scalar, reached: Tensors, before: Tensors): Record<string, tf.Tensor> {
  const yes = tf.greater(accepted, 0);
  return mapTensors(reached, (tensor, name) =>
    tensor === before[name] ? tensor : tf.where(yes, tensor, before[name]!),
  );
}

/** The gradient of all examples, those of this batch included; of a parameter that no batch depends on there is none. */
function meanOver(gathered: Tensors, gradients: Tensors, examples: tf.Tensor): Tensors {
  const all = tf.maximum(tf.add(gathered[EXAMPLES]!, examples), MIN_WEIGHT);
  return mapTensors(gradients, (gradient, name) =>
    tf.div(tf.add(gathered[name]!, tf.mul(gradient, examples)), all),
  );
}
