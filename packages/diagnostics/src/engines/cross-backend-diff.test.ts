import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { Executor, Tensors } from '@espalier/core';
import { eager } from '@espalier/core';
import { expectNoLeak, toyCrossEntropy, toyModel } from '@espalier/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { attributionInputs, attributionModel } from '../attribution-model.fixture.js';
import { crossBackendDiff } from '../index.js';

beforeAll(async () => void (await tf.setBackend('cpu')));

/** The eager executor with some of its numbers changed. */
function changed(change: (outputs: Tensors) => Tensors): Executor {
  return {
    name: 'changed',
    start: (program, state) =>
      eager().start(
        {
          ...program,
          predict: (...step) => ({ ...program.predict(...step), ...change(program.predict(...step)) }),
        },
        state,
      ),
  };
}

const batch = { inputs: attributionInputs, targets: tf.tensor1d([0, 2, 1], 'int32') };
const compare = async (...engines: Executor[]) =>
  crossBackendDiff(
    attributionModel(),
    toyCrossEntropy(),
    { ...batch, targets: tf.oneHot([0, 2, 1], 3) },
    { engines },
  );

describe('crossBackendDiff', () => {
  test('finds nothing between equals, and leaves nothing behind', async () => {
    const model = toyModel();
    const given = { inputs: tf.ones([4, 3]), targets: tf.ones([4, 3]) };
    const before = model.getWeights().map((weight) => weight.dataSync().slice());
    await expectNoLeak(async () => {
      const [same] = await crossBackendDiff(model, toyCrossEntropy(), given, { engines: [eager(), eager()] });
      expect(same).toMatchObject({
        engine: 'eager (cpu)',
        agrees: true,
        firstForward: null,
        firstGradient: null,
      });
      expect(same!.sentence).toBe('eager (cpu) agrees with eager (cpu) within 0.0e+0 of the largest value.');
      expect(same!.forward.map(({ name }) => name)).toEqual(['hidden', 'output']);
      expect(same!.gradients.map(({ name }) => name)).toEqual([
        'hidden/kernel',
        'hidden/bias',
        'output/kernel',
        'output/bias',
      ]);
    });
    expect(model.getWeights().map((weight) => weight.dataSync().slice())).toEqual(before);
  });

  test('names the first layer whose output differs, where, and by how much', async () => {
    const bad = changed((outputs) => ({
      'forward/pool': tf.mul(outputs['forward/pool']!, 1.001),
      'forward/output': tf.mul(outputs['forward/output']!, 1.1),
    }));
    const [found] = await compare(eager(), bad);
    expect([found!.agrees, found!.firstForward, found!.firstGradient]).toEqual([false, 'pool', null]);
    expect(found!.forward.map(({ agrees }) => agrees)).toEqual([true, false, true, false]);
    expect(found!.forward[1]!.difference).toBeCloseTo(0.001, 5);
    const { value, reference } = found!.forward[1]!;
    expect(value / reference).toBeCloseTo(1.001, 5);
    expect(found!.sentence).toMatch(
      /^eager \(cpu\) differs from eager \(cpu\) first in the output of pool: \[\d,\d,\d,\d\] is /,
    );
  });

  test('of gradients, the one that back-propagation comes to first; NaN is no agreement', async () => {
    const nan = changed((outputs) => ({
      'gradient/conv/kernel': tf.mul(outputs['gradient/conv/kernel']!, -1),
      'gradient/conv/bias': tf.mul(outputs['gradient/conv/bias']!, NaN),
    }));
    const [found] = await compare(eager(), nan);
    expect([found!.firstForward, found!.firstGradient]).toEqual([null, 'conv/bias']);
    expect(found!.gradients.map(({ difference }) => difference)).toEqual([expect.closeTo(2, 5), null, 0, 0]);
    expect(found!.sentence).toContain('its gradients differ first in conv/bias: [0] is NaN, not');
  });

  test('sees layers whose output no gradient needs: recurrent ones on top of each other, frozen ones', async () => {
    const lstm = (name: string, settings: object) => tfl.layers.lstm({ units: 2, name, ...settings });
    const end = tfl.layers.dense({ units: 3, name: 'end' });
    const recurrent = tfl.sequential({
      layers: [lstm('first', { returnSequences: true, inputShape: [4, 1] }), lstm('second', {}), end],
    });
    const frozen = toyModel();
    for (const layer of frozen.layers) layer.trainable = false;
    const targets = tf.oneHot([0, 2, 1], 3);
    await expectNoLeak(async () => {
      for (const [model, shape, layers] of [
        [recurrent, [3, 4, 1], ['first', 'second', 'end']],
        [frozen, [3, 3], ['hidden', 'output']],
      ] as const) {
        const inputs = tf.ones([...shape]);
        const engines = [eager(), eager()];
        const [same] = await crossBackendDiff(model, toyCrossEntropy(), { inputs, targets }, { engines });
        expect([same!.agrees, same!.forward.map(({ name }) => name)]).toEqual([true, layers]);
        expect(same!.gradients).toHaveLength(model === frozen ? 0 : 8);
        inputs.dispose();
      }
    });
  });

  test('rounding is no difference', async () => {
    const rounded = changed((outputs) => ({ 'forward/conv': tf.mul(outputs['forward/conv']!, 1 + 5e-5) }));
    const [found] = await compare(eager(), rounded);
    expect(found!.agrees).toBe(true);
  });

  test('compares backends, and gives the active one back', async () => {
    const other = {
      name: 'other',
      isAvailable: async () => ({ available: true }) as const,
      activate: async () => void (await tf.setBackend('other')),
    };
    tf.registerBackend('other', () => tf.findBackendFactory('cpu')() as tf.KernelBackend);
    tf.copyRegisteredKernels('cpu', 'other');
    const given = { inputs: tf.ones([4, 3]), targets: tf.ones([4, 3]) };
    const [found] = await crossBackendDiff(toyModel(), toyCrossEntropy(), given, {
      engines: [eager(), other],
    });
    expect([found!.engine, found!.agrees, tf.getBackend()]).toEqual(['eager (other)', true, 'cpu']);
    tf.removeBackend('other');
  });

  test('refuses one engine, and what is none', async () => {
    await expect(compare(eager())).rejects.toThrow('at least two executors or backends');
    await expect(compare(eager(), {} as never)).rejects.toThrow('at least two executors or backends');
  });
});
