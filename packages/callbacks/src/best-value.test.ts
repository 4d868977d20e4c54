import { scriptedRun } from '@espalier/testkit';
import { expect, test } from 'vitest';
import { bestValue } from './best-value.js';
import { earlyStopping } from './early-stopping.js';

test('bestValue logs the best value so far and its epoch, the first of equal ones, NaN never', async () => {
  const values = [NaN, 3, 2, 2, 5, 1];
  const epochs = values.map((v) => ({ v }));
  const best = () => bestValue({ monitor: 'v', mode: 'min' });
  const { record, checkpoint } = await scriptedRun({ plugins: [best()], epochs: epochs.slice(0, 4) });
  const whole = await scriptedRun({ plugins: [best()], epochs });
  const resumed = await scriptedRun({ plugins: [best()], epochs, from: checkpoint });
  for (const result of [whole.record, resumed.record]) {
    expect(result.epochs.map((line) => [line['best_v'], line['best_v_epoch']])).toEqual([
      [undefined, undefined],
      [3, 1],
      [2, 2],
      [2, 2],
      [2, 2],
      [1, 5],
    ]);
  }
  expect(record.epochs).toHaveLength(4);
  const higher = await scriptedRun({ plugins: [bestValue({ monitor: 'v', mode: 'max' })], epochs });
  expect(higher.record.epochs.at(-1)).toMatchObject({ best_v: 5, best_v_epoch: 4 });
});

test('bestValue gives a number to monitor', async () => {
  const plugins = [
    bestValue({ monitor: 'v', mode: 'min' }),
    earlyStopping({ monitor: 'best_v', mode: 'min', patience: 2 }),
  ];
  const { record, error } = await scriptedRun({ plugins, epochs: [3, 2, 4, 4, 1].map((v) => ({ v })) });
  expect(error).toBeUndefined();
  expect(record.epochs).toHaveLength(4);
  expect(() => bestValue({} as never)).toThrow('[best-value] monitor must be a string');
});
