import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer, Tensors } from '@espalier/core';
import { testStep } from '@espalier/testkit';

type Values = Readonly<Record<string, readonly number[]>>;

/** One optimizer with one set of options, run by another library. */
export interface TrajectoryCase {
  /** Name of our factory. */
  readonly optimizer: string;
  readonly options: Readonly<Record<string, number | boolean | string>>;
  /** The parameters that take part, where these are not all. */
  readonly only?: readonly string[];
  /** Parameters after so many steps. */
  readonly after: Readonly<Record<string, Values>>;
  /** The library's slots at the end, under our names. */
  readonly slots: Values;
  /** Parameters of evaluation at the end, where these are others. */
  readonly averages?: Values;
}

/** optimizers.json. */
export interface TrajectoryFixture {
  readonly shapes: Readonly<Record<string, number[]>>;
  readonly parameters: Values;
  readonly gradients: readonly Values[];
  readonly cases: readonly TrajectoryCase[];
}

function read<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as T;
}

/** Parameters and gradients, and what PyTorch did with them. */
export const fixture = read<TrajectoryFixture>('./optimizers.json');

/** What each library did with the parameters and gradients of {@link fixture}. */
export const libraries: Readonly<Record<string, readonly TrajectoryCase[]>> = {
  PyTorch: fixture.cases,
  Keras: read<TrajectoryFixture>('./optimizers_keras.json').cases,
  optax: read<TrajectoryFixture>('./optimizers_optax.json').cases,
  'their authors’ packages': read<TrajectoryFixture>('./optimizers_rate_free.json').cases,
  schedulefree: read<TrajectoryFixture>('./optimizers_schedulefree.json').cases,
};

/** The fixture's values as tensors. */
export function toTensors(values: Values): Tensors {
  return Object.fromEntries(
    Object.entries(values).map(([name, data]) => [
      name,
      tf.tensor([...data], fixture.shapes[name]!, 'float32'),
    ]),
  );
}

/** Plain copies of tensors. */
export function toValues(tensors: Tensors): Record<string, number[]> {
  return Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, Array.from(t.dataSync())]));
}

/** Runs an optimizer over the fixture's gradients, of all parameters or some, and gives its parameters after each step and its last slots. */
export function trajectory(
  optimizer: Optimizer,
  only: readonly string[] = Object.keys(fixture.parameters),
): { after: Values[]; slots: Values } {
  const taking = (values: Values): Values =>
    Object.fromEntries(Object.entries(values).filter(([name]) => only.includes(name)));
  return tf.tidy(() => {
    let parameters = toTensors(taking(fixture.parameters));
    let slots = optimizer.init(parameters);
    const after = fixture.gradients.map((gradients, step) => {
      const context = testStep({
        step,
        scalars: { learningRate: optimizer.learningRate, ...optimizer.scalars },
      });
      ({ parameters, slots } = optimizer.update(
        toTensors(taking(gradients)),
        slots,
        parameters,
        context.scalar,
      ));
      context.dispose();
      return toValues(parameters);
    });
    return { after, slots: toValues(slots) };
  });
}

/**
 * The largest deviation from the library's parameters, each element relative to the largest magnitude that it has had:
 * what is lost to rounding grows with that, not with what is left after a cancellation.
 */
export function largestDeviation(actual: readonly Values[], expected: TrajectoryCase): number {
  let worst = 0;
  for (const [steps, values] of Object.entries(expected.after)) {
    for (const [name, numbers] of Object.entries(values)) {
      numbers.forEach((number, i) => {
        const history = actual.slice(0, Number(steps)).map((at) => Math.abs(at[name]![i]!));
        const size = Math.max(Math.abs(number), Math.abs(fixture.parameters[name]![i]!), ...history);
        const error = Math.abs(actual[Number(steps) - 1]![name]![i]! - number);
        // Infinity for a NaN, which no comparison below would notice.
        const relative = size === 0 ? error : error / size;
        worst = Math.max(worst, Number.isNaN(relative) ? Infinity : relative);
      });
    }
  }
  return worst;
}
