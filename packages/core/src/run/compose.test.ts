import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { compose } from './compose.js';
import { valueAndGradients } from '../step/gradients.js';
import { toLayersCallback } from './layers-callback.js';
import type { Plugin } from './plugin.js';
import { digits, momentum, squaredError, toyModel } from '../toy-parts.fixture.js';
import { Trainer } from './trainer.js';

beforeAll(() => tf.setBackend('cpu'));

const ridge: Plugin = {
  name: 'ridge',
  penalty: (parameters) => tf.mul(tf.sum(tf.square(parameters['line/kernel']!)), 0.3) as tf.Scalar,
  transformGradients: (gradients) =>
    Object.fromEntries(Object.entries(gradients).map(([n, g]) => [n, tf.mul(g, 0.5)])),
  transformParameters: (parameters, previous, step) => ({
    ...parameters,
    'line/bias': tf.sub(
      parameters['line/bias']!,
      tf.mul(previous['line/bias']!, step.scalar('learningRate')),
    ),
  }),
};

describe('compose', () => {
  test("a hand-written loop with plugins takes the trainer's steps", async () => {
    const trained = toyModel();
    await new Trainer({
      model: trained,
      loss: squaredError(),
      optimizer: momentum(0.1),
      plugins: [ridge],
    }).fit(digits(6), {
      epochs: 3,
      batchSize: 6,
      shuffle: false,
    });

    const [kernel, bias] = toyModel().getWeights();
    let parameters: Record<string, tf.Tensor> = { 'line/kernel': kernel!, 'line/bias': bias! };
    const optimizer = momentum(0.1);
    let slots = optimizer.init(parameters);
    const { inputs, targets } = digits(6).arrays!;
    const x = tf.tensor2d(inputs['input']!.data as Float32Array, [6, 2]);
    const t = tf.tensor2d(targets['target']!.data as Float32Array, [6, 1]);
    const loop = compose([ridge], { learningRate: 0.1, batchSize: 6 });
    await loop.fitStart();
    for (let epoch = 0; epoch < 3; epoch++) {
      await loop.epochStart();
      const found = valueAndGradients(() => {
        const y = tf.add(tf.matMul(x, parameters['line/kernel'] as tf.Tensor2D), parameters['line/bias']!);
        const loss = tf.mean(squaredError().perExample(y, t));
        return { value: tf.add(loss, loop.penalty(parameters)!) as tf.Scalar, aux: { loss } };
      }, parameters);
      const gradients = loop.transformGradients(found.gradients, parameters);
      const next = optimizer.update(gradients, slots, parameters, (name) => loop.step.scalar(name));
      parameters = loop.transformParameters(next.parameters, parameters) as typeof parameters;
      slots = next.slots;
      await loop.stepEnd();
      await loop.epochEnd({ loss: found.aux['loss']!.dataSync()[0]! });
    }
    await loop.fitEnd();
    expect(loop.run.record.status).toBe('completed');
    for (const [i, name] of ['line/kernel', 'line/bias'].entries()) {
      expect(Array.from(parameters[name]!.dataSync())).toEqual(
        Array.from(trained.getWeights()[i]!.dataSync()),
      );
    }
  });

  test('says what it cannot do', () => {
    const stepState = { init: () => ({}), update: () => ({}) };
    expect(() => compose([{ name: 'ema', stepState }])).toThrow('[ema] its stepState needs the Trainer');
    expect(() => compose([{ name: 'es', monitors: ['val_loss'] }])).toThrow(
      'monitor "val_loss" is not produced',
    );
  });

  test('stopping ends with the status stopped', async () => {
    const stopper: Plugin = { name: 's', onEpochEnd: (run) => run.stop('done') };
    const loop = compose([stopper]);
    await loop.fitStart();
    await loop.epochEnd({ loss: 1 });
    await loop.fitEnd();
    expect(loop.run.record).toMatchObject({
      status: 'stopped',
      stopReason: 'done',
      epochs: [{ epoch: 0, loss: 1 }],
    });
  });
});

describe('toLayersCallback', () => {
  async function fitWith(plugins: Plugin[], optimizer: tf.Optimizer, validation = false) {
    const model = toyModel();
    model.compile({ optimizer, loss: 'meanSquaredError', metrics: ['accuracy'] });
    const x = tf.ones([4, 2]);
    const t = tf.ones([4, 1]);
    const history = await model.fit(x, t, {
      epochs: 4,
      batchSize: 2,
      verbose: 0,
      callbacks: toLayersCallback(plugins, model),
      ...(validation ? { validationData: [x, t] as [tf.Tensor, tf.Tensor] } : {}),
    });
    return { model, history };
  }

  test("runs the observing hooks in order, with the field's metric names", async () => {
    const trace: string[] = [];
    const plugin: Plugin = {
      name: 'trace',
      monitors: ['val_accuracy'],
      onFitStart: () => void trace.push('fitStart'),
      onEpochStart: (run) => void trace.push(`epochStart${run.epoch}`),
      onStepEnd: (run) => void trace.push(`step${run.step}`),
      onValidationEnd: (_, logs) => void trace.push(Object.keys(logs).join()),
      onEpochEnd: (run, logs) => {
        trace.push(Object.keys(logs).sort().join());
        run.stop('one is enough');
      },
      onFitEnd: (_, status) => void trace.push(status),
    };
    await fitWith([plugin], tf.train.adam(0.01), true);
    expect(trace).toEqual([
      'fitStart',
      'epochStart0',
      'step1',
      'step2',
      'val_loss,val_accuracy',
      'accuracy,epoch,learning_rate,loss,val_accuracy,val_loss',
      'stopped',
    ]);
  });

  test.each([
    ['adam', () => tf.train.adam(0.5)],
    ['sgd', () => tf.train.sgd(0.5)],
    ['momentum', () => tf.train.momentum(0.5, 0.9)],
  ])('a factor of the learning rate reaches %s', async (_, make) => {
    const weights: number[][] = [];
    const freeze: Plugin = {
      name: 'freeze',
      async onEpochEnd(run) {
        weights.push(Object.values(await run.getWeights()).flatMap(({ data }) => [...data]));
        run.scaleLearningRate('freeze', 0);
      },
    };
    await fitWith([freeze], make());
    expect(weights).toHaveLength(4);
    // Momentum still moves after its rate is zero in no optimizer: the update is the rate times the velocity.
    expect(weights[1]).toEqual(weights[0]);
    expect(weights[3]).toEqual(weights[0]);
  });

  test('refuses what works inside the step', () => {
    expect(() => toLayersCallback([ridge], toyModel())).toThrow('[ridge] its penalty works inside the step');
    expect(() => toLayersCallback([{ name: 'x' }], tfl.sequential())).not.toThrow();
  });
});

test('the numbers of a loop are checked by name', async () => {
  const watch: Plugin = { name: 'watch', monitors: ['loss'] };
  const given = async (logs: unknown, metricNames?: readonly string[]) => {
    const loop = compose([watch], metricNames ? { metricNames } : {});
    await loop.fitStart();
    await loop.epochStart();
    try {
      await loop.stepEnd({ accuracy: NaN });
      await loop.epochEnd(logs as Record<string, number>);
    } finally {
      await loop.fitEnd();
    }
    return loop.run.record;
  };
  for (const [logs, message] of [
    [undefined, '[compose] epochEnd takes numbers by name, e.g. { loss: 0.5 }, got undefined.'],
    [{ loss: '1' }, "[compose] epochEnd: 'loss' must be a number, got '1'."],
    [
      { loss: tf.scalar(1) },
      "epochEnd: 'loss' must be a number, got a tensor; write (await tensor.data())[0].",
    ],
    [{ loss: 1, epoch: 7 }, "epochEnd: 'epoch' is the run's own; give the number another name."],
    [{ loss: 1, learning_rate: 7 }, "epochEnd: 'learning_rate' is the run's own"],
    [{ los: 1 }, '[watch] monitor "loss" is not among what epochEnd was given: los.'],
  ] as const)
    await expect(given(logs)).rejects.toThrow(message);
  expect((await given({ loss: 1 })).events).toEqual([]);
  expect((await given({ loss: 1, accuracy: 1 })).events.map(({ message }) => message)).toEqual([
    'epochEnd was given accuracy, which metricNames does not name: logs with columns leave it out.',
  ]);
  expect((await given({ loss: 1, accuracy: 1 }, ['loss', 'accuracy', 'val_loss'])).events).toEqual([]);
});
