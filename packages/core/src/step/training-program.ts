import * as tf from '@tensorflow/tfjs-core';
import type { HostArrays, Tensors } from '../data/arrays.js';
import { fail } from '../errors.js';
import { ownEntry } from '../own-entry.js';
import { traceScope } from '../engine/trace-scope.js';
import type { BoundForward, BoundModel } from '../model/bound-model.js';
import type { Batch } from '../run/plugin.js';
import type { Observed, PluginDriver } from '../run/plugin-driver.js';
import { lossTerms, type LossReduction, MIN_WEIGHT } from './loss-terms.js';
import { mapTensors, valueAndGradients } from './gradients.js';
import { maskedRows } from './masked-rows.js';
import type { Metric } from './metric.js';
import type { OutputObjective } from './output-objective.js';
import type { Optimizer } from './optimizer.js';
import {
  ACCEPTED,
  ACCUMULATED,
  PARAMETERS,
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

/** What a training step is made of. */
export interface ProgramParts {
  readonly model: BoundModel;
  readonly optimizer: Optimizer;
  readonly objectives: readonly OutputObjective[];
  readonly driver: PluginDriver;
  readonly lossReduction: LossReduction;
  /** Whether gradients of several batches make one step. */
  readonly accumulates: boolean;
}

/** A step program and the state it starts from. */
export interface TrainingProgram extends StepProgram {
  /** Present weights, fresh slots and plugin state. */
  initialState(): Promise<HostArrays>;
  readonly hasPenalties: boolean;
}

/** What the names of rows that metrics keep begin with among the outputs of an evaluation. */
export const ROWS = 'rows/';

/** Name of the penalty that a model's own regularizers add. */
const MODEL_PENALTY = 'model';

/** The entry of the accumulated state that counts examples. */
const EXAMPLES = 'examples';

/** Builds the step from model, losses, optimizer and plugins: DESIGN's one idea, in order of execution. */
export function trainingProgram(parts: ProgramParts): TrainingProgram {
  const { model, optimizer, objectives, driver, lossReduction, accumulates } = parts;

  const penaltiesOf = (
    parameters: Tensors,
    weights: Tensors,
    step: StepContext,
  ): Record<string, tf.Scalar> => {
    const terms = driver.penalties(parameters, step);
    const own = model.penalty?.(weights);
    return own ? { ...terms, [MODEL_PENALTY]: own } : terms;
  };

  const targetKinds = Object.fromEntries(
    objectives.flatMap(({ output, loss }) => (loss.targetKind ? [[output, loss.targetKind]] : [])),
  );

  const lookUps = Object.keys(model.inputLimits ?? {});

  /** What each metric makes of a batch, by `metric/<output>/<metric>/<name>`. */
  const measured = (
    of: (metric: Metric) => Metric['rows'],
    outputs: Tensors,
    masks: Tensors,
    batch: Batch,
  ): Record<string, tf.Tensor> => {
    const all: Record<string, tf.Tensor> = {};
    for (const { output, metrics } of objectives) {
      for (const metric of metrics) {
        const measure = of(metric);
        if (!measure) continue;
        const values = traceScope(`metric ${metric.name}`, () => {
          const weights = ownEntry(batch.weights, output);
          const rows = {
            outputs: outputs[output]!,
            targets: batch.targets[output]!,
            ...(weights && { weights }),
          };
          const mask = ownEntry(masks, output);
          return measure.call(metric, mask ? maskedRows(rows, mask) : rows);
        });
        Object.assign(all, putGroup(`metric/${output}/${metric.name}/`, values));
      }
    }
    return all;
  };

  /** Gradients of the objective of one batch, the sums of its loss and metrics, and the weights that the model assigned. */
  const differentiate = (state: Tensors, given: Batch, step: StepContext) => {
    const parameters = takeGroup(state, PARAMETERS);
    const variables = takeGroup(state, VARIABLES);
    const batch = driver.transformBatch({ ...given, targetKinds, lookUps }, step);
    let forward: BoundForward | undefined;
    let found: ReturnType<typeof valueAndGradients>;
    const observed: Observed[] = [];
    try {
      found = valueAndGradients(() => {
        const weights = { ...parameters, ...variables };
        forward = driver.observingLayers(step, observed, () => model.forward(batch.inputs, weights, step));
        // Classes are those of the data, whatever a plugin makes of the targets.
        const { sums, loss } = lossTerms(objectives, forward, batch, given.targets, lossReduction);
        const penalties = penaltiesOf(parameters, weights, step);
        const terms = Object.values(penalties);
        return {
          value: terms.length === 0 ? loss : (tf.addN([loss, ...terms]) as tf.Scalar),
          aux: {
            ...putGroup('sum/', sums),
            ...putGroup('penalty/', penalties),
            ...putGroup('output/', forward.outputs),
            ...putGroup('mask/', forward.masks ?? {}),
            ...putGroup('assigned/', forward.assigned),
            ...Object.fromEntries(observed.map(({ tensor }, i) => [`observed/${i}`, tensor])),
          },
        };
      }, parameters);
    } finally {
      forward?.release?.();
      for (const { tensor } of observed) tensor.dispose();
    }
    const { gradients, aux } = found;
    return {
      objective: found.value,
      parameters,
      gradients: gradients as Tensors,
      assigned: putGroup(VARIABLES, takeGroup(aux, 'assigned/')),
      sums: {
        ...takeGroup(aux, 'sum/'),
        ...measured(sumsOf, takeGroup(aux, 'output/'), takeGroup(aux, 'mask/'), batch),
      },
      penalties: putGroup('penalty/', takeGroup(aux, 'penalty/')),
      observed: observed.map((one, i) => ({ ...one, tensor: aux[`observed/${i}`]! })),
    };
  };

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

  const forwardAs = (state: Tensors, inputs: Tensors, step: StepContext): BoundForward => {
    const parameters = driver.evaluationParameters(takeGroup(state, PARAMETERS), state, step);
    return model.forward(inputs, { ...parameters, ...takeGroup(state, VARIABLES) }, step);
  };

  return {
    hasPenalties: driver.has('penalty') || model.penalty !== undefined,
    version: () => [...model.trainable(), ...(model.frozen?.() ?? [])].join(),

    accumulate(state, batch, step) {
      const { gradients, assigned, sums } = differentiate(state, batch, step);
      const examples = countOf(sums, batch);
      const gathered = takeGroup(state, ACCUMULATED);
      const next = mapTensors(gathered, (sum, name) => {
        if (name === EXAMPLES) return tf.add(sum, examples);
        return gradients[name] ? tf.add(sum, tf.mul(gradients[name], examples)) : sum;
      });
      return { state: { ...state, ...assigned, ...putGroup(ACCUMULATED, next) }, sums };
    },

    train(state, batch, step) {
      const found = differentiate(state, batch, step);
      const { parameters, assigned, sums, penalties, observed } = found;
      const gathered = takeGroup(state, ACCUMULATED);
      let gradients = accumulates
        ? meanOver(gathered, found.gradients, countOf(sums, batch))
        : found.gradients;
      gradients = driver.transformGradients(gradients, parameters, step, state);
      const scalars = scopedStep(step, optimizer).scalar;
      const updated = traceScope(`optimizer ${optimizer.name}`, () =>
        optimizer.update(gradients, takeGroup(state, SLOTS), parameters, scalars),
      );
      let next: Tensors = model.constrain?.(updated.parameters) ?? updated.parameters;
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
      const forward = forwardAs(state, batch.inputs, step);
      try {
        const { sums } = lossTerms(objectives, forward, batch, batch.targets, lossReduction);
        const { outputs, masks = {} } = forward;
        return {
          sums: { ...sums, ...measured(sumsOf, outputs, masks, batch) },
          outputs: { ...outputs, ...putGroup(ROWS, measured(rowsOf, outputs, masks, batch)) },
        };
      } finally {
        forward.release?.();
      }
    },

    penalties(state, step) {
      const parameters = driver.evaluationParameters(takeGroup(state, PARAMETERS), state, step);
      return penaltiesOf(parameters, { ...weightsOf(state), ...parameters }, step);
    },

    predict(state, inputs, step) {
      const forward = forwardAs(state, inputs, step);
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
        const gathered = { ...mapTensors(parameters, (one) => tf.zerosLike(one)), [EXAMPLES]: tf.scalar(0) };
        const entries = {
          ...putGroup(SLOTS, optimizer.init(parameters)),
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

const sumsOf = (metric: Metric): Metric['rows'] => metric.sums;
const rowsOf = (metric: Metric): Metric['rows'] => metric.rows;

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
