import '@tensorflow/tfjs-backend-cpu';
import type { Schedule } from '@espalier/core';
import { toyRun } from '@espalier/testkit';
import { expect, test } from 'vitest';
import { cosineRestarts, cyclic, piecewiseConstant, sequence, sgd, stepDecay, warmup } from '../index.js';

const at = (step: number, stepsPerEpoch = 1) => ({
  step,
  epoch: Math.floor(step / stepsPerEpoch),
  stepsPerEpoch,
});

test('restarts fall at fractions of an epoch with the step that reaches them', () => {
  const restarts = cosineRestarts({ initialValue: 1, decayEpochs: 0.1, lengthFactor: 1 });
  const growing = cosineRestarts({ initialValue: 1, decayEpochs: 0.1, lengthFactor: 3 });
  const saw = cyclic({ initialValue: 0, peakValue: 1, up: 0.1, down: 0.2, unit: 'epoch' });
  for (const parts of [0, 1, 2, 3, 7, 9]) expect(restarts(at(7 * parts, 70))).toBeCloseTo(1, 9);
  for (const parts of [0, 1, 4, 13, 40]) expect(growing(at(7 * parts, 70))).toBeCloseTo(1, 9);
  expect(growing(at(7 * 13 - 1, 70))).toBeLessThan(0.01);
  for (const cycle of [0, 1, 2, 5]) {
    expect(saw(at(21 * cycle, 70))).toBeCloseTo(0, 9);
    expect(saw(at(21 * cycle + 7, 70))).toBeCloseTo(1, 9);
  }
});

test('a sequence by epochs begins each schedule with its own first step and epoch', () => {
  const seen: unknown[] = [];
  const spy: Schedule = (position) => (seen.push(position), 1);
  const schedule = sequence({ schedules: [0, spy], boundaries: [1.5], unit: 'epoch' });
  expect([0, 14].map((step) => schedule(at(step, 10)))).toEqual([0, 0]);
  schedule(at(15, 10));
  schedule(at(26, 10));
  expect(seen).toEqual([
    { step: 0, epoch: 0, stepsPerEpoch: 10 },
    { step: 11, epoch: 1, stepsPerEpoch: 10 },
  ]);
  expect(() => schedule({ step: 3, epoch: 0, stepsPerEpoch: Infinity })).toThrow(
    '[sequence] boundaries in epochs need a known number of steps in an epoch',
  );
});

test('a warm-up in epochs ends with the epoch, and rises in stairs where its steps are not known', () => {
  const values = [0, 9, 14, 15, 16].map((step) => warmup(1, { epochs: 1.5 })(at(step, 10)));
  expect(values).toEqual([1 / 15, 10 / 15, 1, 1, 1]);
  const unknown = [0, 1, 2].map((epoch) =>
    warmup(1, { epochs: 2 })({ step: 5 + 70 * epoch, epoch, stepsPerEpoch: Infinity }),
  );
  expect(unknown).toEqual([0.5, 1, 1]);
});

test('a stair in epochs falls with the first step of an epoch, whatever the length of an epoch', () => {
  for (const stepsPerEpoch of [1, 3, 7, 49, 781, 937]) {
    const schedule = stepDecay({ initialValue: 1, decayRate: 0.5, decayEpochs: 3 });
    for (const k of [1, 2, 5, 33]) {
      expect(schedule(at(3 * k * stepsPerEpoch - 1, stepsPerEpoch))).toBe(0.5 ** (k - 1));
      expect(schedule(at(3 * k * stepsPerEpoch, stepsPerEpoch))).toBe(0.5 ** k);
    }
  }
});

test('stairs and boundaries at fractions of an epoch fall with the step that reaches them', () => {
  for (const stepsPerEpoch of [10, 30, 100, 700, 937]) {
    for (const part of [0.1, 0.3, 0.7, 0.07, 1.1, 1 / 3]) {
      const stairs = stepDecay({ initialValue: 1, decayRate: 0.5, decayEpochs: part });
      const bounds = piecewiseConstant({ values: [0, 1, 2], boundaries: [part, 3 * part], unit: 'epoch' });
      for (let step = 0; step < 4 * stepsPerEpoch; step++) {
        // In whole numbers: parts are thirds or hundredths.
        const parts = (step * 300) / (Math.round(part * 300) * stepsPerEpoch);
        expect(Math.log2(1 / stairs(at(step, stepsPerEpoch)))).toBe(Math.floor(parts));
        expect(bounds(at(step, stepsPerEpoch))).toBe(parts < 1 ? 0 : parts < 3 ? 1 : 2);
      }
    }
  }
});

test('where the steps of an epoch are not known, epochs are whole', () => {
  const stairs = stepDecay({ initialValue: 1, decayRate: 0.5, decayEpochs: 2 });
  const positions = [0, 1, 2, 3, 4].map((epoch) => ({
    step: 50 * epoch + 7,
    epoch,
    stepsPerEpoch: Infinity,
  }));
  expect(positions.map((position) => stairs(position))).toEqual([1, 1, 0.5, 0.5, 0.25]);
});

test('a record shows the rate that an epoch had, and not the next one’s', async () => {
  const learningRate = stepDecay({ initialValue: 0.1, decayRate: 0.5, decayEpochs: 1 });
  const { record } = await toyRun({ optimizer: sgd({ learningRate }), fit: { epochs: 3 } });
  expect(record.epochs.map((line) => line['learning_rate'])).toEqual([0.1, 0.05, 0.025]);
});
