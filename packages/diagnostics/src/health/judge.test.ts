import { describe, expect, test } from 'vitest';
import type { HealthEpoch, LayerEpoch } from './health-record.js';
import type { HealthBounds } from './judge.js';
import { judge } from './judge.js';

const bounds: HealthBounds = {
  weakGradient: 1e-3,
  stillUpdates: 1e-4,
  stillWeights: 0.003,
  stillLoss: 0.02,
  largeUpdates: 1,
  deadUnits: 0.5,
  saturatedValues: 0.8,
};

const figures: LayerEpoch = {
  layer: 'hidden',
  activation: 'relu',
  finite: true,
  gradientNorm: 1,
  gradientShare: 1,
  weightNorm: 1,
  updateRatio: 1e-3,
  updateNorm: 1e-3,
  usualNorm: null,
  mean: 0,
  deviation: 0.1,
  moved: 0.1,
  units: 10,
  deadUnits: 0,
  saturatedUnits: null,
  saturatedValues: null,
};

/** Epochs of a layer `hidden` and an output that is well. */
const epochs = (...ofHidden: (Partial<LayerEpoch> & { loss?: number })[]): HealthEpoch[] =>
  ofHidden.map(({ loss, ...hidden }, i) => ({
    epoch: i + 1,
    loss: loss ?? 2 / (i + 1),
    layers: [
      { ...figures, ...hidden },
      { ...figures, layer: 'output' },
    ],
  }));

const verdictOf = (...ofHidden: Parameters<typeof epochs>) => {
  const { verdict, since, signs } = judge(epochs(...ofHidden), bounds)[0]!;
  return { verdict, since, signs };
};

describe('judge', () => {
  const weak = { gradientShare: 1e-5, updateRatio: 1e-6 };
  const stands = { loss: 2.3, moved: 0.002, updateRatio: 1e-3 };

  test('says from which epoch on it has been so without a break', () => {
    expect(verdictOf(weak, {}, weak, weak)).toMatchObject({ verdict: 'vanishing', since: 3 });
    expect(verdictOf(weak, weak, {})).toMatchObject({ verdict: 'healthy', since: null });
    expect(verdictOf({ deadUnits: 0.5 }, weak)).toMatchObject({ verdict: 'vanishing', since: 2 });
    expect(judge([], bounds)).toEqual([]);
  });

  test('a weak gradient that an optimizer makes up for does not vanish', () => {
    expect(verdictOf({ gradientShare: 1e-5, updateRatio: 1e-3 }).verdict).toBe('healthy');
  });

  test('unless the loss stands still for three epochs', () => {
    const moved = { gradientShare: 1e-5, updateRatio: 1e-3, moved: 0.1 };
    const at = (...losses: number[]) => verdictOf(...losses.map((loss) => ({ ...moved, loss })));
    expect(at(1.3, 1.12, 1.11, 1.1, 1.1)).toMatchObject({ verdict: 'vanishing', since: 5 });
    expect(at(1.3, 1.2, 1.15, 1.12, 1.1).verdict).toBe('healthy');
    expect(at(1.1, 1.1, 1.1).verdict).toBe('healthy');
    const stands = [1.1, 1.1, 1.1, 1.1].map((loss) => ({ ...moved, loss }));
    const strong = stands.map((one, i) => ({ ...one, gradientShare: i === 2 ? 0.01 : 1e-5 }));
    expect(verdictOf(...strong).verdict).toBe('healthy');
  });

  test('a layer of which some units are alive is not dead, but has dead units', () => {
    const sentenceOf = (deadUnits: number) => judge(epochs({ deadUnits }), bounds)[0]!.sentence;
    expect(sentenceOf(0.7)).toBe(
      'hidden has dead units: 70 % of its 10 units give 0 for every example, since epoch 1.',
    );
    expect(sentenceOf(1)).toBe(
      'hidden is dead: 100 % of its 10 units give 0 for every example, since epoch 1.',
    );
  });

  test('the three signs of report 5 come together, or there is none', () => {
    const share = { gradientShare: 1e-5 };
    const first = { ...stands, moved: null, ...share };
    const both = { loss: true, weights: true, first: true };
    expect(verdictOf(first, { ...stands, ...share })).toEqual({
      verdict: 'vanishing',
      since: 2,
      signs: both,
    });
    expect(judge(epochs(first, { ...stands, ...share }), bounds)[0]!.sentence).toBe(
      'hidden has a vanishing gradient: 1.0e-5 of that of output, and neither loss nor weights move, since epoch 2.',
    );
    for (const [sign, change] of [
      ['loss', { loss: 2.25 }],
      ['weights', { mean: 0.0031 }],
      ['weights', { deviation: 0.0968 }],
      ['first', { moved: 0.0031 }],
    ] as const) {
      const found = verdictOf(first, { ...stands, ...share, ...change });
      expect(found).toEqual({ verdict: 'healthy', since: null, signs: { ...both, [sign]: false } });
    }
    // Mean and deviation have to keep within the range in all epochs.
    const { signs } = verdictOf(first, { ...stands, mean: 0.01 }, { ...stands, ...share });
    expect(signs).toEqual({ ...both, weights: false });
  });

  test('what stands still with a gradient is not vanishing, unless another layer lacks one', () => {
    expect(verdictOf({ ...stands, moved: null }, stands).verdict).toBe('still');
    const [, other] = judge(
      epochs({ ...stands, ...weak, moved: null }, { ...stands, ...weak }).map((epoch) => ({
        ...epoch,
        layers: [
          ...epoch.layers.slice(0, 1),
          { ...epoch.layers[1]!, moved: 0.001, gradientShare: 0.1 },
          figures,
        ],
      })),
      bounds,
    );
    expect(other!.verdict).toBe('vanishing');
  });

  test('nothing needs to move where the loss is 0', () => {
    const done = { loss: 0, gradientShare: 0, updateRatio: 0, gradientNorm: 0, moved: 0 };
    expect(verdictOf(done, done).verdict).toBe('healthy');
  });

  test('a gradient explodes by its steps, by its growth, by what is not finite; and the layer stays ill of it', () => {
    expect(verdictOf({}, { updateRatio: 1.01, updateNorm: 1.01 })).toMatchObject({
      verdict: 'exploding',
      since: 2,
    });
    expect(verdictOf({ updateRatio: 0.99 }).verdict).toBe('healthy');
    expect(verdictOf({}, { gradientNorm: 101, updateRatio: 0.2 })).toMatchObject({ verdict: 'exploding' });
    // As when a plateau ends.
    expect(verdictOf({}, { gradientNorm: 101, updateRatio: 0.01 }).verdict).toBe('healthy');
    const gone = { finite: false, gradientNorm: null, updateRatio: null, weightNorm: null, loss: NaN };
    expect(verdictOf({}, gone)).toMatchObject({ verdict: 'exploding', since: 2 });
    expect(verdictOf({}, gone, { deadUnits: 1 })).toMatchObject({ verdict: 'exploding', since: 2 });
    expect(verdictOf(gone, {}, { deadUnits: 1 })).toMatchObject({ verdict: 'dead', since: 3 });
  });

  test('answers may be sure: the last layer is not saturated', () => {
    const [hidden, output] = judge(
      epochs({}).map((epoch) => ({
        ...epoch,
        layers: epoch.layers.map((layer) => ({ ...layer, activation: 'sigmoid', saturatedValues: 0.8 })),
      })),
      bounds,
    );
    expect([hidden!.verdict, output!.verdict]).toEqual(['saturated', 'healthy']);
  });
});
