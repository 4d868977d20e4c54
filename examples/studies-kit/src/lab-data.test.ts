import { eager, EspalierError, fromArrays } from 'espalier';
import { expect, test } from 'vitest';
import { Lab } from './lab.js';

const lab = ({ quick }: { quick: boolean }) =>
  new Lab(
    { quick, kept: false, seeds: [1], out: '.' },
    eager(),
    new AbortController().signal,
    () => undefined,
  );

test('data is made up in the quick form alone', async () => {
  const load = () => Promise.reject(new EspalierError({ code: 'io', scope: 'mnist', message: 'not found.' }));
  await expect(lab({ quick: false }).data(load, [3, 2])).rejects.toThrow(
    /^\[mnist\] not found\. Here --data names the folder, and --quick goes on without it\.$/,
  );
  const quick = lab({ quick: true });
  expect((await quick.data(load, [3, 2])).train.inputs['input']!.shape).toEqual([3, 2]);
  expect(quick.madeUp).toBe(true);
});

test('the quick form has examples of all classes, also where they lie in order', async () => {
  const labels = Array.from({ length: 4000 }, (_, i) => Math.floor(i / 1000));
  const data = fromArrays({ inputs: labels.map((label) => [label]), targets: labels });
  const load = () => Promise.resolve({ train: data, test: data });
  const { train, test } = await lab({ quick: true }).data(load, [1]);
  for (const part of [train, test]) {
    const { inputs } = await part.batch(Uint32Array.from({ length: part.size }, (_, i) => i));
    expect(new Set(Array.from(Object.values(inputs)[0]!.data))).toEqual(new Set([0, 1, 2, 3]));
  }
  expect([train.size, test.size]).toEqual([1200, 600]);
  expect((await lab({ quick: false }).data(load, [1])).train).toBe(data);
});
