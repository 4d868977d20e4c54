import { wasm } from '@espalier/backend-wasm';
import { compiled } from '@espalier/compile';
import { eager, type Executor } from '@espalier/core';
import { agreementBound, expectAgreement, toyRun, type ToyRun } from '@espalier/testkit';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  type Combination,
  everyPair,
  everyPart,
  type Factors,
  factorsOf,
  partsOfAllPackages,
} from './product.js';

/*
 * Models, losses, optimizers and plugins of all packages: two at a time meet in some run of one step (or of two, with a short last
 * batch), see `everyPair`, and each is part of a run of twenty.
 */
const native = compiled({ target: 'onnx' });
const module = compiled({ target: 'wasm' });

async function runOn(backend: string, executor: Executor, { make }: Combination): Promise<ToyRun> {
  await tf.setBackend(backend);
  const options = make();
  try {
    return await toyRun({ ...options, executor });
  } finally {
    (options.model as tfl.LayersModel).dispose();
  }
}

async function agrees(combination: Combination): Promise<void> {
  const expected = await runOn('cpu', eager(), combination);
  const bound = agreementBound(combination.steps, combination.growth);
  expectAgreement(await runOn('cpu', native, combination), expected, bound);
  expectAgreement(await runOn('cpu', module, combination), expected, bound);
  expectAgreement(await runOn('wasm', eager(), combination), expected, bound);
}

/** The halves are files of their own, so that two run at a time. */
export async function agreement(half: 'first' | 'second'): Promise<void> {
  await tf.setBackend('cpu');
  const factors = factorsOf(await partsOfAllPackages());
  const pairs = await everyPair(factors);
  const long = await everyPart(factors);

  beforeAll(() => wasm().activate());
  afterEach(async () => {
    await native.release();
    await module.release();
  });

  const named = (all: readonly Combination[]) =>
    all.filter((_, i) => i % 2 === Number(half === 'second')).map((one) => [one.name, one] as const);

  // A run of all plugins takes seconds, on a busy machine many.
  describe(
    'compiled to either target, eager on wasm and eager on the cpu agree',
    { timeout: 240_000 },
    () => {
      describe('after a step or two, with every two parts together', () => {
        test.each(named(pairs))('%s', (_, each) => agrees(each));
      });

      describe('after twenty steps', () => {
        test.each(named(long))('%s', (_, each) => agrees(each));
      });
    },
  );

  test('every part takes part in both, whatever package it is of', () =>
    everyPartTakesPart(factors, pairs, long));
}

function everyPartTakesPart(
  { objectives, parts, optimizers, models, plugins }: Factors,
  pairs: readonly Combination[],
  long: readonly Combination[],
): void {
  // A loss of vectors or images goes with none of the models here: its own contract runs on each target.
  const losses = objectives.map(({ loss }) => ({ name: loss }));
  const everything = [...parts.metrics, ...optimizers, ...models, ...plugins.flat()];
  for (const [runs, all] of [
    [pairs, everything],
    [long, [...losses, ...everything]],
  ] as const) {
    const used = new Set(runs.flatMap((run) => run.parts));
    expect(all.map(({ name }) => name).filter((name) => !used.has(name))).toEqual([]);
  }
  expect([...losses, ...everything].map(({ name }) => name.split(' ')[0])).toEqual(
    expect.arrayContaining(['mlp', 'huber', 'adam', 'earlyStopping', 'l1', 'accuracy', 'sparsity']),
  );
}
