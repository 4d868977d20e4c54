import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { digits, momentum, squaredError, toyModel } from '../toy-parts.fixture.js';
import { Trainer } from '../run/trainer.js';

beforeAll(() => tf.setBackend('cpu'));

test('a scalar lives as long as the step, wherever it was first asked for, and is there outside a run too', async () => {
  const rates: number[] = [];
  const trainer = new Trainer({
    model: toyModel(),
    loss: squaredError(),
    optimizer: momentum(0.1),
    plugins: [
      {
        name: 'scaled',
        scalars: { factor: ({ step }) => step + 1 },
        transformGradients: (gradients, _, step) =>
          Object.fromEntries(
            Object.entries(gradients).map(([name, g]) => [
              name,
              tf.tidy(() => tf.mul(g, step.scalar('factor'))),
            ]),
          ),
        penalty: (_, step) => step.scalar('factor'),
        transformParameters(parameters, _, step) {
          rates.push(step.scalar('factor').dataSync()[0]!);
          return parameters;
        },
      },
    ],
  });
  const before = tf.memory().numTensors;
  await trainer.fit(digits(6), { epochs: 1, batchSize: 3, stopOnInterrupt: false });
  expect(rates).toEqual([1, 2]);
  expect(await trainer.evaluate(digits(6))).toMatchObject({ penalty: 1 });
  expect(tf.memory().numTensors).toBe(before);
});
