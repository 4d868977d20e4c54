import * as tf from '@tensorflow/tfjs-core';
import {
  EspalierError,
  option,
  type ForwardPass,
  type Plugin,
  readOptions,
  type StepContext,
  type Tensors,
  type TrainableModel,
} from '@espalier/core';
import { bindModel } from '@espalier/core/internal';
import { divergence, squaredDifference } from './soft-targets.js';

/** Options of {@link distillation}. */
export interface DistillationOptions {
  /** A trained model with the inputs of the run's, and an output of the same shape. It is not trained and stays the caller's. */
  readonly teacher: TrainableModel;
  /** What both models give: `logits` of classes along the last axis, or `values`. Default `logits`. */
  readonly outputs?: 'logits' | 'values';
  /** How much of the objective is the teacher's, 0 <= alpha <= 1; the data loss of the output has the rest. Default 0.5. */
  readonly alpha?: number;
  /** What logits are divided by > 0: the larger, the more the teacher's lesser answers count. Default 2. */
  readonly temperature?: number;
  /** The output that is taught, where the model has several. */
  readonly output?: string;
  /** The plugin's name. Default `distillation`. */
  readonly name?: string;
}

/**
 * Trains a model to answer as another, which knows more than the labels say: which wrong answers are nearly right.
 *
 * ```text
 * objective = (1 - alpha) loss + alpha T^2 KL(softmax(teacher / T), softmax(student / T))   for logits
 *             (1 - alpha) loss + alpha mean((student - teacher)^2)                          for values
 * ```
 *
 * Divergences are means over the examples; the teacher's part is reported as penalty, the loss as it is. A teacher of the same
 * architecture makes it self-distillation, once or in several generations. The teacher's weights are copied into the state of the
 * step when a run starts, so checkpoints hold them. Kernels: the teacher's forward pass, and 9.
 *
 * @throws EspalierError `invalid-option` for options, and in the first step where the outputs do not match.
 * @example
 * ```ts
 * const plugin = distillation({ teacher: model, temperature: 3, alpha: 0.9 });
 * ```
 * @see Hinton et al., Distilling the knowledge in a neural network, 2015; as Keras's example of knowledge distillation.
 */
export function distillation(options: DistillationOptions): Plugin<never, never> {
  const { values, config } = readOptions('distillation', options, {
    teacher: option.custom<TrainableModel>({
      expected: 'a model',
      accepts: (value) =>
        typeof value === 'object' && value !== null && ('layers' in value || 'parameters' in value),
      toJson: () => 'a model',
    }),
    outputs: option.oneOf(['logits', 'values'], { default: 'logits' }),
    alpha: option.number({ min: 0, max: 1, default: 0.5 }),
    temperature: option.number({ min: 0, exclusiveMin: true, default: 2 }),
    output: option.text({ optional: true }),
    name: option.text({ default: 'distillation' }),
  });
  const { outputs, alpha, temperature, output, name } = values;
  const teacher = bindModel(values.teacher);
  if (alpha === 0) return { name, config };

  const taught = (all: Tensors): string => {
    const names = Object.keys(all);
    const found = output ?? (names.length === 1 ? names[0] : undefined);
    if (found !== undefined && Object.hasOwn(all, found)) return found;
    return refuse(
      output === undefined
        ? 'the model has several outputs; say which one by the option `output`'
        : `there is no output '${output}'; there are: ${names.join(', ')}`,
    );
  };
  const answersOf = ({ batch, state }: ForwardPass, own: string, step: StepContext): tf.Tensor => {
    const wanted = Object.keys(teacher.inputShapes ?? batch.inputs);
    const inputs = byName('input', batch.inputs, wanted);
    for (const [input, shape] of Object.entries(teacher.inputShapes ?? {})) {
      const given = inputs[input]!.shape;
      if (shape.length !== given.length || shape.some((size, i) => size !== null && size !== given[i]))
        refuse(`the teacher takes inputs [${shape.join(', ')}], the model got [${given.join(', ')}]`);
    }
    const forward = teacher.forward(inputs, state, silent(step));
    forward.release?.();
    return byName('output', forward.outputs, [own])[own]!;
  };

  return {
    name,
    config,
    stepState: {
      init: () => teacher.weights(),
      update: (state) => state,
    },
    weighLosses(losses) {
      const own = taught(losses);
      return { ...losses, [own]: tf.mul<tf.Scalar>(losses[own]!, 1 - alpha) };
    },
    penalizeOutputs(pass, step) {
      const own = taught(pass.outputs);
      const [student, answers] = [pass.outputs[own]!, answersOf(pass, own, step)];
      if (String(student.shape) !== String(answers.shape))
        refuse(`the teacher gives [${answers.shape.join(', ')}], the model [${student.shape.join(', ')}]`);
      const distance =
        outputs === 'logits'
          ? divergence(student, answers, temperature)
          : squaredDifference(student, answers);
      return tf.mul(distance, alpha);
    },
  };
}

/** One by one whatever they are called, several by name. */
function byName(what: string, given: Tensors, wanted: readonly string[]): Tensors {
  const names = Object.keys(given);
  if (names.length === 1 && wanted.length === 1) return { [wanted[0]!]: given[names[0]!]! };
  const missing = wanted.find((name) => !Object.hasOwn(given, name));
  if (missing !== undefined)
    refuse(`the teacher and the model share no ${what} '${missing}'; there are: ${names.join(', ')}`);
  return given;
}

/** A teacher takes part in a step without leaving anything in it. */
function silent(step: StepContext): StepContext {
  return {
    training: false,
    scalar: (name) => step.scalar(name),
    random: (name, shape, distribution) => step.random(name, shape, distribution),
    tap: () => {},
  };
}

function refuse(message: string): never {
  throw new EspalierError({ code: 'invalid-option', scope: 'distillation', message: `${message}.` });
}
