import * as tf from '@tensorflow/tfjs-core';
import { option, type Plugin, readOptions, type Schedule, type Tensors } from '@espalier/core';
import { coefficient } from './coefficient.js';
import { squaredDifference } from './soft-targets.js';

/** Options of {@link meanTeacher}. */
export interface MeanTeacherOptions {
  /** Weight >= 0 of the consistency, or its schedule, e.g. one that rises over the first epochs. */
  readonly weight: number | Schedule;
  /** How much of the teacher is kept at each step, 0 <= decay < 1, or its schedule. Default 0.99. */
  readonly decay?: number | Schedule;
  /** What the model gives: `logits` of classes along the last axis, which are compared as probabilities, or `values`. Default `logits`. */
  readonly outputs?: 'logits' | 'values';
  /** The plugin's name. Default `mean-teacher`. */
  readonly name?: string;
}

/**
 * Trains a model to agree with the average of its own past, which sees the batch under other noise.
 *
 * ```text
 * objective = loss + weight mean((softmax(student) - softmax(teacher))^2)    over examples and classes, of every output
 * teacher   = decay teacher + (1 - decay) student                            after each step; at first the student
 * ```
 *
 * The teacher's forward pass draws noise and dropout of its own. Examples without labels take part where they weigh 0 in the loss
 * (`weights` of the data), or carry a label that the loss ignores. No gradient flows through the teacher. The consistency is
 * reported as penalty. Kernels: a second forward pass, 7 for each output and 3 for each parameter.
 *
 * @returns A plugin with one tensor for each parameter in the state of the step.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const plugin = meanTeacher({ weight: ({ epoch }) => 10 * Math.min(1, epoch / 5) });
 * ```
 * @see Tarvainen and Valpola, Mean teachers are better role models, 2017.
 */
export function meanTeacher(options: MeanTeacherOptions): Plugin<never, never> {
  const { values, config } = readOptions('mean-teacher', options, {
    weight: option.schedule({ min: 0 }),
    decay: option.schedule({ min: 0, max: 1, exclusiveMax: true, default: 0.99 }),
    outputs: option.oneOf(['logits', 'values'], { default: 'logits' }),
    name: option.text({ default: 'mean-teacher' }),
  });
  const { outputs, name } = values;
  const weight = coefficient('weight', values.weight);
  if (weight.isZero) return { name, config };
  const decay = coefficient('decay', values.decay);
  const scalars = { ...weight.scalars, ...decay.scalars };
  const shown = (given: tf.Tensor): tf.Tensor =>
    outputs === 'values' ? given : tf.softmax(tf.reshape(given, [-1, given.shape.at(-1) ?? 1]));
  return {
    name,
    config,
    ...(Object.keys(scalars).length > 0 && { scalars }),
    stepState: {
      init: (parameters) => parameters,
      update(state, { parameters }, step): Tensors {
        const kept = decay.read(step);
        const entries = Object.entries(state).map(([key, average]) => {
          const now = parameters[key]!;
          return [key, tf.add(now, tf.mul(tf.sub(average, now), kept))] as const;
        });
        return Object.fromEntries(entries);
      },
    },
    penalizeOutputs(pass, step) {
      const answers = pass.forward(pass.batch.inputs, pass.state);
      const terms = Object.entries(pass.outputs).map(([output, given]) =>
        squaredDifference(shown(given), shown(answers[output]!)),
      );
      return tf.mul(terms.length === 1 ? terms[0]! : tf.addN(terms), weight.read(step)) as tf.Scalar;
    },
  };
}
