import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../data/arrays.js';
import type { BoundForward } from '../model/bound-model.js';
import { LayerWatch } from '../run/layer-watch.js';
import type { Observed } from '../run/observed.js';
import type { Batch } from '../run/plugin.js';
import { mapTensors, valueAndGradients } from './gradients.js';
import { lossTerms, totalLoss } from './loss-terms.js';
import { measured, sumsOf } from './measured.js';
import type { ProgramParts } from './program-parts.js';
import { BATCH_PENALTY, PLUGINS, putGroup, takeGroup, VARIABLES } from './state.js';
import type { StepContext } from './step-context.js';

/** Name of the penalty that a model's own regularizers add. */
const MODEL_PENALTY = 'model';

/** A batch that was passed through the model and differentiated. */
export interface Differentiated {
  readonly objective: tf.Scalar;
  /** Of parameters of the model by their names, of those of plugins by those in the state. */
  readonly gradients: Tensors;
  /** Weights that the model assigned, by their names in the state. */
  readonly assigned: Tensors;
  /** Sums of losses and metrics, and the batch's penalties. */
  readonly sums: Tensors;
  /** Penalties that depend on the parameters alone. */
  readonly penalties: Tensors;
  readonly observed: readonly Observed[];
}

/** The objective of a batch: data loss and penalties, and its gradients. */
export interface BatchObjective {
  /** @param trained What gradients are taken of: see {@link Differentiated.gradients}. */
  differentiate(state: Tensors, given: Batch, step: StepContext, trained: Tensors): Differentiated;
  /** Penalties that depend on the parameters alone, by plugin. */
  penalties(parameters: Tensors, weights: Tensors, step: StepContext): Record<string, tf.Scalar>;
  /** Penalties of a batch, as sums. */
  batchPenalties(
    pass: { readonly batch: Batch; readonly forward: BoundForward; readonly watch: LayerWatch },
    state: Tensors,
    parameters: Tensors,
    step: StepContext,
  ): Record<string, tf.Scalar>;
}

/** Builds the objective from model, losses and plugins. */
export function batchObjective({ model, objectives, driver, lossReduction }: ProgramParts): BatchObjective {
  const targetKinds = Object.fromEntries(
    objectives.flatMap(({ output, loss }) => (loss.targetKind ? [[output, loss.targetKind]] : [])),
  );
  const lookUps = Object.keys(model.inputLimits ?? {});

  const penalties: BatchObjective['penalties'] = (parameters, weights, step) => {
    const terms = driver.penalties(parameters, step);
    const own = model.penalty?.(weights);
    return own ? { ...terms, [MODEL_PENALTY]: own } : terms;
  };

  const batchPenalties: BatchObjective['batchPenalties'] = (
    { batch, forward, watch },
    state,
    parameters,
    step,
  ) => {
    const pass = { batch, outputs: forward.outputs, parameters };
    const ofOutputs = driver.outputPenalties(pass, state, step, (inputs, others, own) => {
      const again = model.forward(inputs, { ...others, ...takeGroup(state, VARIABLES) }, own);
      again.release?.();
      return again.outputs;
    });
    const ofLayers = watch.penalties();
    for (const [name, term] of Object.entries(ofOutputs))
      ofLayers[name] = ofLayers[name] ? tf.add(ofLayers[name], term) : term;
    return ofLayers;
  };

  /** Value and gradients at `trained`. */
  const at = (
    trained: Tensors,
    { state, batch, given, step, watch }: Pass,
  ): ReturnType<typeof valueAndGradients> => {
    const parameters = withoutPlugins(trained);
    const variables = takeGroup(state, VARIABLES);
    const own = { ...state, ...trained };
    let forward: BoundForward | undefined;
    try {
      return valueAndGradients(() => {
        const weights = { ...parameters, ...variables };
        forward = watch.during(() => model.forward(batch.inputs, weights, step));
        // Classes are those of the data, whatever a plugin makes of the targets.
        const { sums, losses } = lossTerms(objectives, forward, batch, given.targets, lossReduction);
        const loss = totalLoss(driver.weighLosses(losses, own, step));
        const ofWeights = penalties(parameters, weights, step);
        const ofBatch = batchPenalties({ batch, forward, watch }, own, parameters, step);
        const terms = [...Object.values(ofWeights), ...Object.values(ofBatch)];
        return {
          value: terms.length === 0 ? loss : (tf.addN([loss, ...terms]) as tf.Scalar),
          aux: {
            ...putGroup('sum/', sums),
            ...putGroup('penalty/', ofWeights),
            ...putGroup(BATCH_PENALTY, ofBatch),
            ...putGroup('output/', forward.outputs),
            ...putGroup('mask/', forward.masks ?? {}),
            ...putGroup('assigned/', forward.assigned),
            ...Object.fromEntries(watch.observed.map(({ tensor }, i) => [`observed/${i}`, tensor])),
          },
        };
      }, trained);
    } finally {
      forward?.release?.();
      watch.dispose();
    }
  };

  return {
    penalties,
    batchPenalties,
    differentiate(state, given, step, trained) {
      const batch = driver.transformBatch({ ...given, targetKinds, lookUps }, step);
      const watch = new LayerWatch(driver, step, true);
      const { value, gradients, aux } = at(trained, { state, batch, given, step, watch });
      const found = {
        objective: value,
        assigned: putGroup(VARIABLES, takeGroup(aux, 'assigned/')),
        sums: {
          ...takeGroup(aux, 'sum/'),
          ...perExamples(takeGroup(aux, BATCH_PENALTY), batch),
          ...measured(objectives, sumsOf, takeGroup(aux, 'output/'), takeGroup(aux, 'mask/'), batch),
        },
        penalties: putGroup('penalty/', takeGroup(aux, 'penalty/')),
        observed: watch.observed.map((one, i) => ({ ...one, tensor: aux[`observed/${i}`]! })),
      };
      if (!driver.has('perturbParameters')) return { ...found, gradients };
      const parameters = withoutPlugins(trained);
      const moved = driver.perturbParameters(parameters, withoutPlugins(gradients), step);
      const quiet: StepContext = {
        training: step.training,
        scalar: (name) => step.scalar(name),
        random: (name, shape, distribution) => step.random(name, shape, distribution),
        tap: () => {},
      };
      const second = at(
        { ...trained, ...moved },
        { state, batch, given, step: quiet, watch: new LayerWatch(driver, quiet, false) },
      );
      return { ...found, gradients: second.gradients };
    },
  };
}

/** What a forward pass needs. */
interface Pass {
  readonly state: Tensors;
  readonly batch: Batch;
  readonly given: Batch;
  readonly step: StepContext;
  readonly watch: LayerWatch;
}

/** Entries that are the model's, and no plugin's. */
export function withoutPlugins(trained: Tensors): Tensors {
  return Object.fromEntries(Object.entries(trained).filter(([name]) => !name.startsWith(PLUGINS)));
}

/** Means over the examples of a batch as sums over them, by their names among a step's. */
export function perExamples(means: Tensors, batch: Batch): Record<string, tf.Tensor> {
  const examples = Object.values(batch.inputs)[0]!.shape[0]!;
  return putGroup(
    BATCH_PENALTY,
    mapTensors(means, (mean) => tf.mul(mean, examples)),
  );
}
