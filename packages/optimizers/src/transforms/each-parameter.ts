import type { Tensor } from '@tensorflow/tfjs-core';
import type { Json, Schedule, Tensors } from '@espalier/core';
import { EspalierError } from '@espalier/core';
import type { GradientTransform, TransformStep, Update } from './gradient-transform.js';

/** What a rule knows of its parameter. */
export interface ParameterState {
  /** The parameter's name. */
  readonly name: string;
  readonly parameter: Tensor;
  /** The parameter's slots by slot name. */
  readonly slots: Tensors;
  /** All parameters of the step. */
  readonly parameters: Tensors;
  readonly step: TransformStep;
}

/** A transform that treats each parameter by itself. */
export interface EachParameterOptions {
  readonly name: string;
  readonly config: Json;
  readonly scalars?: Readonly<Record<string, Schedule>>;
  readonly learningRate?: number | Schedule;
  /** What each slot of a parameter begins with: a new tensor. */
  readonly slots?: Readonly<Record<string, (parameter: Tensor, name: string) => Tensor>>;
  /** Whether a parameter has a slot, which may depend on its shape. Default: it has all. */
  hasSlot?(slot: string, parameter: Tensor): boolean;
  /** What becomes of one parameter's update and slots. */
  rule(update: Update, at: ParameterState): RuleResult;
}

/** What a rule makes of one parameter's update. */
export interface RuleResult {
  readonly update: Update;
  /** The next value of every slot. */
  readonly slots?: Readonly<Record<string, Tensor | undefined>>;
}

/**
 * A gradient transform from a rule for one parameter: a parameter without a gradient keeps its slots.
 *
 * @throws EspalierError `invalid-model`, in `update`, where a parameter has a gradient but no slots.
 * @example
 * ```ts
 * const sign = eachParameter({
 *   name: 'sign',
 *   config: {},
 *   rule: (update, { step }) => ({ update: updateOf(tf.sign(valueOf(update, step))) }),
 * });
 * const signSgd = toOptimizer(chain(sign, scaleByLearningRate(0.01)), { name: 'sign-sgd' });
 * ```
 */
export function eachParameter(options: EachParameterOptions): GradientTransform {
  const { name, config, scalars, learningRate, slots: first = {}, hasSlot = () => true, rule } = options;
  const slotNames = Object.keys(first);
  return {
    name,
    config,
    ...(scalars && { scalars }),
    ...(learningRate !== undefined && { learningRate }),
    slotNames,
    perParameter: true,
    init(parameters) {
      const slots: Record<string, Tensor> = {};
      for (const slot of slotNames) {
        for (const [parameter, tensor] of Object.entries(parameters)) {
          if (hasSlot(slot, tensor)) slots[`${slot}/${parameter}`] = first[slot]!(tensor, parameter);
        }
      }
      return slots;
    },
    update(updates, slots, parameters, step) {
      const nextUpdates: Record<string, Update> = {};
      const nextSlots: Record<string, Tensor> = {};
      for (const [parameter, update] of Object.entries(updates)) {
        const own: Record<string, Tensor> = {};
        const has = slotNames.filter((slot) => hasSlot(slot, parameters[parameter]!));
        for (const slot of has)
          own[slot] = slots[`${slot}/${parameter}`] ?? missingSlot(step.optimizer, slot, parameter);
        const next = rule(update, {
          name: parameter,
          parameter: parameters[parameter]!,
          slots: own,
          parameters,
          step,
        });
        nextUpdates[parameter] = next.update;
        for (const slot of has) nextSlots[`${slot}/${parameter}`] = next.slots![slot]!;
      }
      return { updates: nextUpdates, slots: nextSlots };
    },
  };
}

function missingSlot(scope: string, slot: string, name: string): never {
  throw new EspalierError({
    code: 'invalid-model',
    scope,
    message: `parameter '${name}' has a gradient but no slot '${slot}/${name}'; call init with every trainable parameter.`,
  });
}
