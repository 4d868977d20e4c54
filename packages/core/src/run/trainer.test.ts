import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Plugin } from './plugin.js';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint-codec.js';
import type { Checkpoint } from './checkpoint.js';
import { digits, momentum, squaredError, toyModel } from '../toy-parts.fixture.js';
import { Trainer } from './trainer.js';

beforeAll(() => tf.setBackend('cpu'));

function weightsOf(model: tfl.LayersModel): number[] {
  return model.getWeights().flatMap((weight) => Array.from(weight.dataSync()));
}

describe('fit', () => {
  test('takes the steps that the formulas say', async () => {
    const data = digits(6);
    const model = toyModel();
    const before = weightsOf(model);
    const trainer = new Trainer({ model, loss: squaredError(), optimizer: momentum(0.1), seed: 3 });
    const record = await trainer.fit(data, { epochs: 1, batchSize: 6, shuffle: false });

    // float64: y = x w + b, loss = mean over examples of (y - t)^2, one momentum step from zero slots.
    const { inputs, targets } = data.arrays!;
    const [x, t] = [inputs['input']!.data, targets['target']!.data];
    const gradient = [0, 0, 0];
    let loss = 0;
    for (let i = 0; i < 6; i++) {
      const error = x[2 * i]! * before[0]! + x[2 * i + 1]! * before[1]! + before[2]! - t[i]!;
      loss += error ** 2 / 6;
      gradient[0]! += (2 * error * x[2 * i]!) / 6;
      gradient[1]! += (2 * error * x[2 * i + 1]!) / 6;
      gradient[2]! += (2 * error) / 6;
    }
    expect(record.epochs[0]!['loss']).toBeCloseTo(loss, 5);
    weightsOf(model).forEach((w, i) => expect(w).toBeCloseTo(before[i]! - 0.1 * gradient[i]!, 6));
  });

  test('leaves no tensor behind, whether it ends well or not', async () => {
    const model = toyModel();
    const failing: Plugin = {
      name: 'failing',
      onStepEnd(run) {
        if (run.step === 3) throw new Error('boom');
      },
    };
    const bad: Plugin = {
      name: 'bad',
      penalty: (parameters, step) => {
        const term = tf.sum(tf.square(parameters['line/kernel']!)) as tf.Scalar;
        if (step.training) throw new Error('no penalty today');
        return term;
      },
    };
    const fit = (plugins: Plugin[]) =>
      new Trainer({ model, loss: squaredError(), optimizer: momentum(0.1), plugins }).fit(digits(10), {
        epochs: 2,
        batchSize: 4,
        validation: digits(5),
      });
    await fit([]);
    const before = tf.memory();
    await fit([]);
    await expect(fit([failing])).rejects.toThrow('[failing] onStepEnd failed: boom');
    await expect(fit([bad])).rejects.toThrow('[bad] penalty failed: no penalty today');
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numBytes).toBe(before.numBytes);
  });

  test.each([
    ['at the end of an epoch', 6],
    ['in the middle of an epoch', 4],
  ])('resumes bit for bit %s', async (_, stopAt) => {
    const build = (plugins: Plugin[]) => {
      const model = toyModel();
      return {
        model,
        trainer: new Trainer({ model, loss: squaredError(), optimizer: momentum(0.05), plugins, seed: 9 }),
      };
    };
    const options = { epochs: 4, batchSize: 4, validation: digits(5) };
    const whole = build([noise()]);
    const wholeRecord = await whole.trainer.fit(digits(10), options);

    let saved: Checkpoint | undefined;
    const stopper: Plugin = {
      name: 'stopper',
      async onStepEnd(run) {
        if (run.step !== stopAt) return;
        saved = decodeCheckpoint(encodeCheckpoint(await run.checkpoint()));
        run.stop('enough');
      },
    };
    const first = build([noise(), stopper]);
    const stopped = await first.trainer.fit(digits(10), options);
    expect(stopped.status).toBe('stopped');
    const second = build([noise()]);
    const record = await second.trainer.fit(digits(10), { ...options, resumeFrom: saved! });

    expect(weightsOf(second.model)).toEqual(weightsOf(whole.model));
    expect(record.epochs).toEqual(wholeRecord.epochs);
  });

  test('keeps the event loop alive', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    const trainer = new Trainer({ model: toyModel(), loss: squaredError(), optimizer: momentum(1e-3) });
    await trainer.fit(digits(2000), { epochs: 3, batchSize: 4 });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(3);
  });
});

/** A plugin whose numbers are drawn again in each step. */
function noise(): Plugin {
  return {
    name: 'noise',
    transformBatch: (batch, step) => ({
      ...batch,
      inputs: {
        line_input: tf.add(batch.inputs['line_input']!, step.random('x', batch.inputs['line_input']!.shape)),
      },
    }),
  };
}
