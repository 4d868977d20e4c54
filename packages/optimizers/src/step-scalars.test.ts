import '@tensorflow/tfjs-backend-cpu';
import { expect, test } from 'vitest';
import { adam, sgd, stepScalars } from './index.js';

const at = { step: 4, epoch: 2, stepsPerEpoch: 2 };

test('gives the rate of the schedule and what the optimizer declares', () => {
  const optimizer = adam({ learningRate: ({ step, epoch }) => step + epoch / 8 });
  const scalars = stepScalars(optimizer, at);
  expect(scalars('learningRate').dataSync()[0]).toBe(4.25);
  expect(scalars('stepScale').dataSync()[0]).toBe(Math.fround(optimizer.scalars!['stepScale']!(at)));
});

test('a rate that is given counts instead', () => {
  expect(stepScalars(sgd({ learningRate: 0.5 }), at)('learningRate').dataSync()[0]).toBe(0.5);
  expect(stepScalars(sgd({ learningRate: 0.5 }), at, 0.25)('learningRate').dataSync()[0]).toBe(0.25);
});

test('refuses what is not declared', () => {
  expect(() => stepScalars(sgd(), at)('beta1')).toThrow(
    "[sgd] scalar 'beta1' is not declared; there are: learningRate, learningRateFactor.",
  );
});
