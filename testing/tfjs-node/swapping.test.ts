import { node } from '@espalier/backend-node';
import { wasm } from '@espalier/backend-wasm';
import { eager, useBackend } from '@espalier/core';
import { agreementBound, expectAgreement, expectNoLeak, toyRun, type ToyRun } from '@espalier/testkit';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';

const EPOCHS = 3;
/** In the middle of the second epoch. */
const SAVE_AT = 4;
const STEPS = 9;

/** Trains on a backend and takes a checkpoint on the way, or goes on from one. */
async function runOn(backend: string, resumeFrom?: ToyRun['saved']): Promise<ToyRun> {
  if (backend === 'cpu') await tf.setBackend('cpu');
  else await useBackend(backend === 'wasm' ? wasm() : node());
  return toyRun({
    executor: eager(),
    saveAt: SAVE_AT,
    fit: { epochs: EPOCHS, ...(resumeFrom ? { resumeFrom } : {}) },
  });
}

/** What must hold of every two backends that take turns in one process. */
function swapping(first: string, second: string): void {
  describe(`${first}, ${second}, ${first} in one process`, () => {
    test('the first gives the same bits again, and the second agrees with it', async () => {
      const before = await runOn(first);
      const between = await runOn(second);
      const after = await runOn(first);
      expect(after.weights).toEqual(before.weights);
      expect(after.final.arrays).toEqual(before.final.arrays);
      expectAgreement(between, before, agreementBound(STEPS, 20));
      const engine = (name: string): string => `eager (${name === 'node' ? 'tensorflow' : name})`;
      expect([before, between].map(({ record }) => record.executor)).toEqual([engine(first), engine(second)]);
    });

    test.each([
      [first, second],
      [second, first],
    ])('a checkpoint of %s is resumed on %s', async (from, to) => {
      const whole = await runOn(from);
      const same = await runOn(from, whole.saved!);
      expect(same.weights).toEqual(whole.weights);
      const moved = await runOn(to, whole.saved!);
      expect(moved.record.epochs).toHaveLength(whole.record.epochs.length);
      expectAgreement(moved, whole, agreementBound(STEPS, 20));
    });

    test('neither leaves tensors on the other', async () => {
      await runOn(first);
      await expectNoLeak(async () => {
        await runOn(second);
        await runOn(first);
      });
    });
  });
}

swapping('wasm', 'cpu');

const availability = await node().isAvailable();
if (availability.available) {
  swapping('wasm', 'node');
  swapping('cpu', 'node');

  test('loading tfjs-node leaves what wasm has put right', async () => {
    await useBackend(wasm());
    await useBackend(node());
    await useBackend(wasm());
    const folded = tf.tidy(() =>
      tf
        .grad((x) => tf.mirrorPad(x, [[1, 1]], 'symmetric'))(tf.ones([2]))
        .dataSync(),
    );
    expect([...folded]).toEqual([2, 2]);
    const pooled = tf.tidy(() =>
      tf.grad((x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid'))(tf.fill([1, 2, 2, 1], -1)),
    );
    expect([...pooled.dataSync()]).toEqual([1, 0, 0, 0]);
    pooled.dispose();
  });
} else {
  test('wasm, node, wasm in one process', ({ skip }) => {
    skip(`needs tfjs-node, see testing/tfjs-node/build.ts (${availability.reason})`);
  });
}
