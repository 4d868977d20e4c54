import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { HostArrays, Plugin } from '@espalier/core';
import { Trainer } from '@espalier/core';
import { toyClasses, toyCrossEntropy, toyModel, toyOptimizer } from '@espalier/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { lotteryTicket } from './lottery-ticket.js';
import { countPruned } from './smallest-pruned.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const valuesOf = (arrays: HostArrays) =>
  Object.fromEntries(Object.entries(arrays).map(([name, { data }]) => [name, [...data]]));

describe('lotteryTicket', () => {
  const parts = (model: tfl.LayersModel) => ({ model, loss: toyCrossEntropy(), optimizer: toyOptimizer() });

  test.each([0, 4])(
    'prunes and rewinds to the weights after %i steps, round by round',
    async (rewindStep) => {
      const model = toyModel();
      const starts: HostArrays[] = [];
      const ends: HostArrays[] = [];
      let early: HostArrays | undefined;
      const watching: Plugin = {
        name: 'watching',
        onFitStart: async (run) => void starts.push(await run.getWeights()),
        async onStepEnd(run) {
          if (run.step === rewindStep) early ??= await run.getWeights();
        },
        onFitEnd: async (run) => void ends.push(await run.getWeights()),
      };
      const ticket = await lotteryTicket(
        model,
        ({ plugins }) =>
          new Trainer({ ...parts(model), plugins: [...plugins, watching] }).fit(toyClasses(), {
            epochs: 2,
            batchSize: 8,
          }),
        { rounds: 2, amount: 0.5, rewindStep },
      );
      expect(ticket.rounds.map(({ sparsity }) => sparsity)).toEqual([0, 0.5, 0.75]);
      expect(ticket.rounds.map(({ record }) => record.epochs.length)).toEqual([2, 2, 2]);
      const rewound = rewindStep === 0 ? starts[0]! : early!;
      // Each round starts from those weights with the smallest of the round before at 0.
      for (const round of [1, 2]) {
        for (const name of ['hidden/kernel', 'output/kernel', 'hidden/bias']) {
          const start = starts[round]![name]!.data;
          const kept = [...start.keys()].filter((i) => start[i] !== 0);
          expect(kept).toHaveLength(name === 'hidden/bias' ? 4 : 12 / 2 ** round);
          expect(kept.map((i) => start[i])).toEqual(kept.map((i) => rewound[name]!.data[i]));
          if (name === 'hidden/bias') continue;
          const end = ends[round - 1]![name]!.data;
          const least = Math.min(...kept.map((i) => Math.abs(end[i]!)));
          end.forEach((weight, i) => {
            if (!kept.includes(i)) expect(Math.abs(weight)).toBeLessThanOrEqual(least);
          });
        }
      }
      expect(valuesOf(ticket.weights)).toEqual(valuesOf(starts[2]!));
      expect(countPruned(ticket.masks)).toEqual({ all: 24, pruned: 18 });
      expect(model.getWeights().map((w) => [...w.dataSync()])).toEqual(
        Object.values(ends[2]!).map(({ data }) => [...data]),
      );
      model.dispose();
    },
  );

  test('says when its plugins are left out, or the rewinding comes too late', async () => {
    const model = toyModel();
    const fit = (plugins: readonly Plugin[]) =>
      new Trainer({ ...parts(model), plugins }).fit(toyClasses(), { epochs: 1, batchSize: 8 });
    await expect(lotteryTicket(model, () => fit([]), { rounds: 1 })).rejects.toThrow('round.plugins');
    await expect(
      lotteryTicket(model, ({ plugins }) => fit(plugins), { rounds: 1, rewindStep: 100 }),
    ).rejects.toThrow('ended before rewindStep 100');
    await expect(lotteryTicket(model, ({ plugins }) => fit(plugins), { rounds: 0 })).rejects.toThrow(
      'rounds',
    );
    model.dispose();
  });
});
