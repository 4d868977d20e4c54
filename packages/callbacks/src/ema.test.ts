import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { type HostArrays, type Plugin, Trainer } from '@espalier/core';
import { toyClasses, toyCrossEntropy, toyModel, toyOptimizer } from '@espalier/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { earlyStopping } from './early-stopping.js';
import { ema, type EmaOptions } from './ema.js';

beforeAll(() => tf.setBackend('cpu'));

/** The weights after each step of a run with `plugins`, the first being the initial ones, and those at the end. */
async function run(plugins: readonly Plugin[]): Promise<{ path: HostArrays[]; end: HostArrays }> {
  const path: HostArrays[] = [];
  const watcher: Plugin = {
    name: 'watcher',
    onFitStart: async (run) => void path.push(await run.getWeights()),
    onStepEnd: async (run) => void path.push(await run.getWeights()),
  };
  const model = toyModel();
  const trainer = new Trainer({
    model,
    loss: toyCrossEntropy(),
    optimizer: toyOptimizer(),
    plugins: [watcher, ...plugins],
  });
  await trainer.fit(toyClasses(), { epochs: 2, batchSize: 8 });
  const end = await trainer.getWeights();
  model.dispose();
  return { path, end };
}

describe('ema', () => {
  test('ends with the average written out in float64, and trains as without it', async () => {
    const decay = 0.8;
    const plain = await run([]);
    const { path, end } = await run([ema({ decay })]);
    expect(path).toEqual(plain.path);
    expect(path.length).toBeGreaterThan(3);
    for (const name of Object.keys(end)) {
      const average = Float64Array.from(path[0]![name]!.data);
      for (const weights of path.slice(1)) {
        weights[name]!.data.forEach((w, i) => (average[i] = decay * average[i]! + (1 - decay) * w));
      }
      end[name]!.data.forEach((value, i) => expect(value).toBeCloseTo(average[i]!, 5));
      expect(end[name]!.data).not.toEqual(plain.end[name]!.data);
    }
  });

  /** The average after a run with these options, and what float64 arithmetic makes of the path of the weights. */
  async function averageOf(options: EmaOptions, update: (a: number, w: number, step: number) => number) {
    const { path, end } = await run([ema(options)]);
    for (const name of Object.keys(end)) {
      end[name]!.data.forEach((value, i) => {
        const expected = path
          .slice(1)
          .reduce((a, weights, step) => update(a, weights[name]!.data[i]!, step), path[0]![name]!.data[i]!);
        expect(value).toBeCloseTo(expected, 5);
      });
    }
  }

  test('warms up, starts late, and moves every n steps', async () => {
    const mix = (keep: number) => (a: number, w: number) => keep * a + (1 - keep) * w;
    await averageOf({ decay: 0.2, warmup: true }, (a, w, n) => mix(Math.min(0.2, (1 + n) / (10 + n)))(a, w));
    await averageOf({ decay: 0.8, startStep: 2 }, (a, w, n) => (n < 2 ? w : mix(0.8)(a, w)));
    await averageOf({ decay: 0.8, everySteps: 2 }, (a, w, n) => (n % 2 === 1 ? mix(0.8)(a, w) : a));
    await averageOf({ decay: ({ epoch }) => (epoch === 0 ? 0.5 : 0.9) }, (a, w, n) =>
      mix(n < 3 ? 0.5 : 0.9)(a, w),
    );
  });

  test('without bias it is the weighted mean of the weights after the steps, as of optax', async () => {
    const { path, end } = await run([ema({ decay: 0.9, debias: true })]);
    const steps = path.slice(1);
    for (const name of Object.keys(end)) {
      end[name]!.data.forEach((value, i) => {
        const zeroBased = steps.reduce((a, weights) => 0.9 * a + 0.1 * weights[name]!.data[i]!, 0);
        expect(value).toBeCloseTo(zeroBased / (1 - 0.9 ** steps.length), 5);
      });
    }
    expect(() => ema({ debias: true, warmup: true })).toThrow('debias must be false with warmup');
  });

  test('with evaluateAverages the last validation is that of the weights the run ends with', async () => {
    const gap = async (evaluateAverages: boolean): Promise<number> => {
      const model = toyModel();
      const trainer = new Trainer({
        model,
        loss: toyCrossEntropy(),
        optimizer: toyOptimizer(),
        plugins: [ema({ decay: 0.9, evaluateAverages })],
      });
      const data = toyClasses();
      const { epochs } = await trainer.fit(data, { epochs: 2, batchSize: 8, validation: data });
      const { loss } = await trainer.evaluate(data);
      model.dispose();
      return Math.abs(epochs.at(-1)!['val_loss']! - (loss as number));
    };
    expect(await gap(true)).toBeLessThan(1e-6);
    expect(await gap(false)).toBeGreaterThan(1e-3);
  });

  test('the best epoch by its averages ends with these averages, where early stopping restores it', async () => {
    const model = toyModel();
    const data = toyClasses();
    // The loss gets worse after a while, as the rate grows.
    const optimizer = toyOptimizer(({ epoch }) => (epoch < 3 ? 0.1 : 40));
    const plugins = [
      ema({ decay: 0.9, evaluateAverages: true }),
      earlyStopping({ monitor: 'val_loss', patience: 9, restoreBest: true }),
    ];
    const parts = { model, loss: toyCrossEntropy(), optimizer };
    const { epochs, events } = await new Trainer({ ...parts, plugins }).fit(data, {
      epochs: 6,
      batchSize: 8,
      validation: data,
    });
    const losses = epochs.map((line) => line['val_loss']!);
    const best = Math.min(...losses);
    expect(losses.indexOf(best)).toBeLessThan(5);
    expect((await new Trainer(parts).evaluate(data)).loss).toBeCloseTo(best, 6);
    expect(events.map(({ message }) => message)).toEqual([
      expect.stringContaining("ends with the weights of 'early-stopping'"),
    ]);
    model.dispose();
  });

  test('decay 0 is the last weights', async () => {
    const plain = await run([]);
    const { end } = await run([ema({ decay: 0 })]);
    for (const [name, { data }] of Object.entries(plain.end)) {
      data.forEach((value, i) => expect(end[name]!.data[i]).toBeCloseTo(value, 6));
    }
  });

  test('leaves the weights alone after an error', async () => {
    const model = toyModel();
    let last: HostArrays = {};
    const failing: Plugin = {
      name: 'failing',
      async onStepEnd(run) {
        last = await run.getWeights();
        if (run.step === 3) throw new Error('boom');
      },
    };
    const trainer = new Trainer({
      model,
      loss: toyCrossEntropy(),
      optimizer: toyOptimizer(),
      plugins: [ema(), failing],
    });
    await expect(trainer.fit(toyClasses(), { epochs: 2, batchSize: 8 })).rejects.toThrow('boom');
    expect(await trainer.getWeights()).toEqual(last);
    model.dispose();
  });

  test.each([
    [{ decay: 1 }, 'decay must be a number >= 0 and < 1, got 1'],
    [{ decay: -0.1 }, 'decay'],
    [{ decay: NaN }, 'decay'],
    [{ name: '' }, 'name'],
  ])('refuses %j', (options, message) => {
    expect(() => ema(options)).toThrow(message);
  });
});
