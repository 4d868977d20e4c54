import * as tf from '@tensorflow/tfjs-core';
import {
  EspalierError,
  type LayerInfo,
  option,
  type Plugin,
  readOptions,
  type Schedule,
} from '@espalier/core';
import { coefficient } from './coefficient.js';
import { normPenalty } from './norm-penalty.js';

/** Which layers: their names, a pattern of names, or a function of what is known of one. */
export type LayerSelector = readonly string[] | RegExp | ((layer: LayerInfo) => boolean);

/** Options of {@link activityRegularization}. */
export interface ActivityRegularizationOptions {
  /** Weight of the sum of absolute outputs >= 0, or its schedule. Default 0. */
  readonly l1?: number | Schedule;
  /** Weight of the sum of squared outputs >= 0, or its schedule. Default 0. */
  readonly l2?: number | Schedule;
  /** The layers whose outputs are penalised, those of models in the model too. */
  readonly layers: LayerSelector;
  /** The plugin's name. Default `activity-regularization`. */
  readonly name?: string;
}

/**
 * Penalty on what layers give, `y [N, ...]`, after their activation: the mean over the examples of the batch.
 *
 * ```text
 * penalty = sum over layers of (l1 sum(abs(y)) + l2 sum(y^2)) / N
 * ```
 *
 * A layer that is applied several times counts each time. Steps of a sequence that a mask hides count like others. The gradient
 * of the first term is 0 where y is 0, as after a ReLU. As `activity_regularizer` of Keras's layers and its `ActivityRegularization`.
 * Kernels per layer: 2 for each term, and as many backward.
 *
 * @throws EspalierError `invalid-option`, before the first step where the selector selects no layer, and for a model without layers.
 * @example
 * ```ts
 * const plugin = activityRegularization({ l1: 1e-4, layers: ['hidden_1'] });
 * ```
 * @see Keras 3, `Layer.activity_regularizer`.
 */
export function activityRegularization(options: ActivityRegularizationOptions): Plugin<never, never> {
  const { values, config } = readOptions('activity-regularization', options, {
    l1: option.schedule({ min: 0, default: 0 }),
    l2: option.schedule({ min: 0, default: 0 }),
    layers: option.custom<LayerSelector>({
      expected: 'a list of layer names, a pattern, or a function of a layer',
      accepts: (value) =>
        typeof value === 'function' ||
        value instanceof RegExp ||
        (Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string')),
    }),
    name: option.text({ default: 'activity-regularization' }),
  });
  const { name, layers } = values;
  const [l1, l2] = [coefficient('l1', values.l1), coefficient('l2', values.l2)];
  if (l1.isZero && l2.isZero) return { name, config };
  const scalars = { ...l1.scalars, ...l2.scalars };
  return {
    name,
    config,
    ...(Object.keys(scalars).length > 0 && { scalars }),
    stepState: {
      init(_, all) {
        checkSelected(all, layers);
        return {};
      },
      update: () => ({}),
    },
    penalizeLayer(output, layer, step) {
      if (!isSelected(layer, layers)) return undefined;
      const examples = output.shape[0]!;
      const perExample = (weight: tf.Scalar): tf.Scalar => tf.mul(weight, 1 / examples);
      const coefficients = {
        ...(!l1.isZero && { l1: perExample(l1.read(step)) }),
        ...(!l2.isZero && { l2: perExample(l2.read(step)) }),
      };
      return normPenalty([output], coefficients, false);
    },
  };
}

function isSelected(layer: LayerInfo, selector: LayerSelector): boolean {
  if (typeof selector === 'function') return selector(layer);
  // A pattern with the flag g or y remembers where it was; `search` does not.
  if (selector instanceof RegExp) return layer.name.search(selector) >= 0;
  return selector.includes(layer.name);
}

function checkSelected(all: readonly LayerInfo[], selector: LayerSelector): void {
  const names = all.map(({ name }) => name);
  const unknown = Array.isArray(selector)
    ? (selector as readonly string[]).find((name) => !names.includes(name))
    : undefined;
  if (unknown === undefined && all.some((layer) => isSelected(layer, selector))) return;
  const what =
    unknown === undefined ? 'the layer selector selects nothing' : `layer '${unknown}' does not exist`;
  throw new EspalierError({
    code: 'invalid-option',
    scope: 'activity-regularization',
    message: `${what}; the model has: ${names.join(', ') || '(no layers: it is no LayersModel)'}.`,
  });
}
