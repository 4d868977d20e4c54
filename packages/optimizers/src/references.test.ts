import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '@espalier/core';
import { testStep } from '@espalier/testkit';
import { describe, expect, test } from 'vitest';
import {
  fixture,
  largestDeviation,
  libraries,
  toTensors,
  toValues,
  trajectory,
  type TrajectoryCase,
} from '../../../testing/references/optimizers/trajectory.js';
import * as exported from './index.js';

const { lookahead, sgd, warmup } = exported;

type Factory = (options: object) => Optimizer;

/** The optimizer of a case: our factory with its options, and what only the library's script knows. */
function optimizerOf({ optimizer, options }: TrajectoryCase): Optimizer {
  if (optimizer === 'lookahead') return lookahead(sgd({ learningRate: 0.1, momentum: 0.5 }), options);
  const { warmupSteps, ...own } = options;
  const rate = (own['learningRate'] as number | undefined) ?? 0.0025;
  const schedule = warmupSteps ? { learningRate: warmup(rate, warmupSteps as number) } : {};
  return (exported[optimizer as 'sgd'] as Factory)({ ...own, ...schedule });
}

const cases = Object.entries(libraries).flatMap(([library, all]) =>
  all.map((one) => [`${one.optimizer} ${JSON.stringify(one.options)}`, library, one] as const),
);

test.each(cases)('%s goes as in %s', (_, __, expected) => {
  const actual = trajectory(optimizerOf(expected), expected.only);
  expect(largestDeviation(actual.after, expected)).toBeLessThan(3e-6);
});

test('every optimizer that is exported has a reference', () => {
  const referred = new Set(Object.values(libraries).flatMap((all) => all.map((one) => one.optimizer)));
  const factories = Object.entries(exported).filter(([, make]) => {
    try {
      const made = (make as Factory)(undefined as never) as object;
      return 'update' in made && !('slotNames' in made);
    } catch {
      return false;
    }
  });
  expect(factories.length).toBeGreaterThan(20);
  expect(factories.map(([name]) => name).filter((name) => !referred.has(name))).toEqual([]);
});

describe('what a library keeps besides', () => {
  test('the average of asgd is PyTorch’s', () => {
    const all = fixture.cases.filter(({ optimizer }) => optimizer === 'asgd');
    expect(all.length).toBe(2);
    for (const expected of all) {
      const { slots } = trajectory(optimizerOf(expected));
      for (const [slot, values] of Object.entries(expected.slots)) {
        const size = Math.max(...values.map(Math.abs), 1e-30);
        values.forEach((value, i) =>
          expect(Math.abs(slots[slot]![i]! - value) / size, slot).toBeLessThan(3e-6),
        );
      }
    }
  });

  test.each(libraries['schedulefree']!.map((one) => [JSON.stringify(one.options), one] as const))(
    'the weights of evaluation are those of schedulefree with %s',
    (_, expected) => {
      const interpolation = (expected.options['beta1'] ?? expected.options['momentum'] ?? 0.9) as number;
      const { after, slots } = trajectory(optimizerOf(expected));
      tf.tidy(() => {
        const z = Object.keys(fixture.shapes).map((name) => [
          `z/${name}`,
          tf.tensor([...slots[`z/${name}`]!], fixture.shapes[name]!),
        ]);
        const weights = exported.scheduleFreeWeights(
          toTensors(after.at(-1)!),
          Object.fromEntries(z) as Record<string, tf.Tensor>,
          interpolation,
        );
        for (const [name, values] of Object.entries(toValues(weights))) {
          const size = Math.max(...after.map((at) => Math.max(...at[name]!.map(Math.abs))), 1e-30);
          values.forEach((value, i) =>
            expect(Math.abs(value - expected.averages![name]![i]!) / size, name).toBeLessThan(1e-5),
          );
        }
      });
    },
  );
});

test.each(cases)(
  '%s of %s is pure, frees what it makes, and passes on what has no gradient',
  (_, __, one) => {
    tf.tidy(() => {
      const optimizer = optimizerOf(one);
      const parameters = toTensors(fixture.parameters);
      const slots = optimizer.init(parameters);
      const { 'late/kernel': without, ...gradients } = toTensors(fixture.gradients[7]!);
      expect(without).toBeDefined();
      const given = [parameters, slots, gradients].map(toValues);
      const step = testStep({
        step: 3,
        scalars: { learningRate: optimizer.learningRate, ...optimizer.scalars },
      });
      const before = tf.memory().numTensors;
      const first = optimizer.update(gradients, slots, parameters, step.scalar);
      const made = [...Object.values(first.parameters), ...Object.values(first.slots)];
      const passed = new Set<tf.Tensor>([...Object.values(parameters), ...Object.values(slots)]);
      expect(tf.memory().numTensors - before).toBe(made.filter((tensor) => !passed.has(tensor)).length);
      const second = optimizer.update(gradients, slots, parameters, step.scalar);
      expect(toValues(second.parameters)).toEqual(toValues(first.parameters));
      expect(toValues(second.slots)).toEqual(toValues(first.slots));
      expect([parameters, slots, gradients].map(toValues)).toEqual(given);
      expect(first.parameters['late/kernel']).toBe(parameters['late/kernel']);
      for (const slot of Object.keys(slots).filter((name) => name.endsWith('/late/kernel')))
        expect(first.slots[slot]).toBe(slots[slot]);
      step.dispose();
    });
  },
);
