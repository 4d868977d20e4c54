import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { stream } from '@espalier/core';
import { expect, test } from 'vitest';
import { testStep } from './test-step.js';

test('scalars have defaults, can be set, and schedules see the position', () => {
  const step = testStep({
    step: 7,
    stepsPerEpoch: 3,
    scalars: { learningRate: 0.5, rate: (at) => at.step + at.epoch },
  });
  const read = (name: string): number => step.scalar(name).dataSync()[0]!;
  expect(['learningRate', 'batchSize', 'step', 'epoch', 'rate'].map(read)).toEqual([0.5, 32, 7, 2, 9]);
  expect(() => step.scalar('beta')).toThrow("[test-step] scalar 'beta' is not declared");
  step.dispose();
});

test('random numbers are those of the run seed, stream and step, and outlive a tidy', () => {
  const step = testStep({ seed: 3, step: 2 });
  const drawn = tf.tidy(() => Array.from(step.random('noise', [2, 2], 'normal').dataSync()));
  expect(drawn).toEqual(Array.from(stream(3, 'noise', 2).normals(4)));
  expect(Array.from(step.random('noise', [2, 2], 'normal').dataSync())).toEqual(drawn);
  expect(() => step.random('noise', [4])).toThrow('asked again as [4]');
  step.dispose();
});

test('dispose leaves nothing', () => {
  const before = tf.memory().numTensors;
  const step = testStep({ scalars: { a: 1 } });
  step.random('x', [3]);
  step.tap('y', step.scalar('a'));
  expect(step.taps['y']).toBe(step.scalar('a'));
  step.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
