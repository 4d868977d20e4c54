import * as tf from '@tensorflow/tfjs-core';
import { EspalierError, option, type Plugin, readOptions } from '@espalier/core';

/** What an output is: numbers with a squared error, or classes with a cross-entropy. */
export type UncertaintyKind = 'regression' | 'classification';

/** Options of {@link uncertaintyWeighting}. */
export interface UncertaintyWeightingOptions<Output extends string = string> {
  /** The outputs whose losses are weighed, by name, and what each is. Other losses are added as they are. */
  readonly outputs: Readonly<Record<Output, UncertaintyKind>>;
  /** Logarithms of the variances at the start. Default 0: variance 1. */
  readonly initial?: number;
  /** The plugin's name. Default `uncertainty-weighting`. */
  readonly name?: string;
}

/**
 * Weighs the losses of several outputs by their uncertainties, which are learnt with the model.
 *
 * ```text
 * objective = sum over outputs of exp(-s) L / 2 + s / 2    for regression, L a mean squared error
 *                                 exp(-s) L + s / 2        for classification, L a cross-entropy
 * ```
 *
 * s = log sigma^2 is one trainable number for each output; the optimizer of the run trains it as it does the weights. An output that
 * cannot be predicted well gets a large s, and so a small weight. What is reported as loss stays the sum of the losses themselves.
 * Logs `<output>_log_variance` at the end of each epoch. Kernels: 4 for each output, on scalars.
 *
 * @throws EspalierError `invalid-option`, in the first step for an output that has no loss.
 * @example
 * ```ts
 * const plugin = uncertaintyWeighting({ outputs: { depth: 'regression', segments: 'classification' } });
 * ```
 * @see Kendall et al., Multi-task learning using uncertainty to weigh losses, 2018, equations 7 and 10.
 */
export function uncertaintyWeighting<const Output extends string>(
  options: UncertaintyWeightingOptions<Output>,
): Plugin<never, `${Output}_log_variance`> {
  const { values, config } = readOptions('uncertainty-weighting', options, {
    outputs: option.custom<Readonly<Record<Output, UncertaintyKind>>>({
      expected: "an object of output names, each 'regression' or 'classification'",
      accepts: (value) =>
        typeof value === 'object' &&
        value !== null &&
        !Array.isArray(value) &&
        Object.keys(value).length > 0 &&
        Object.values(value).every((kind) => kind === 'regression' || kind === 'classification'),
    }),
    initial: option.number({ default: 0 }),
    name: option.text({ default: 'uncertainty-weighting' }),
  });
  const { outputs, initial, name } = values;
  const names = Object.keys(outputs) as Output[];
  const start = () => ({ data: Float32Array.of(initial), shape: [], dtype: 'float32' as const });
  return {
    name,
    config,
    logs: names.map(logOf),
    parameters: Object.fromEntries(names.map((output) => [output, start()])),
    weighLosses(losses, own) {
      const unknown = names.find((output) => !Object.hasOwn(losses, output));
      if (unknown !== undefined) {
        throw new EspalierError({
          code: 'invalid-option',
          scope: 'uncertainty-weighting',
          message: `output '${unknown}' has no loss; there are: ${Object.keys(losses).join(', ')}.`,
        });
      }
      const weighed = names.map((output) => {
        const s = own[output]!;
        const share = outputs[output] === 'regression' ? 0.5 : 1;
        const certain = tf.mul(tf.exp(tf.neg(s)), share);
        return [output, tf.add<tf.Scalar>(tf.mul(certain, losses[output]!), tf.mul(s, 0.5))] as const;
      });
      return { ...losses, ...Object.fromEntries(weighed) };
    },
    async onEpochEnd(run) {
      const learnt = await run.stepState(name);
      for (const output of names) run.log(logOf(output), learnt[output]!.data[0]!);
    },
  };
}

const logOf = <Output extends string>(output: Output) => `${output}_log_variance` as const;
