import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Executor, Loss, Optimizer, Plugin } from '@espalier/core';
import { eager, Trainer } from '@espalier/core';
import { expectNoLeak, toyClasses, toyCrossEntropy, toyModel, toyOptimizer, toyRun } from '@espalier/testkit';
import { beforeAll, expect, test } from 'vitest';
import type { Anomaly } from './detect-anomaly.js';
import { detectAnomaly } from './detect-anomaly.js';

beforeAll(async () => void (await tf.setBackend('cpu')));

interface Parts {
  readonly loss?: Loss;
  readonly optimizer?: Optimizer;
  readonly plugins?: readonly Plugin[];
  readonly executor?: Executor;
  readonly accumulate?: number;
}

/** What is found in a run of the toy model, and its error. */
async function found(parts: Parts): Promise<{ anomaly: Anomaly; message: string; weights: number[][] }> {
  const all: Anomaly[] = [];
  const model = toyModel();
  const trainer = new Trainer({
    model,
    loss: toyCrossEntropy(),
    optimizer: toyOptimizer(),
    seed: 1,
    ...parts,
    executor: detectAnomaly(parts.executor, { onAnomaly: (anomaly) => void all.push(anomaly) }),
  });
  const error = await trainer
    .fit(toyClasses(), { epochs: 2, batchSize: 8, shuffle: false })
    .catch((cause: unknown) => cause as Error);
  expect(error).toMatchObject({ code: 'execution-failed', scope: 'detect-anomaly' });
  expect(all).toHaveLength(1);
  const weights = model.getWeights().map((weight) => [...weight.dataSync()]);
  model.dispose();
  return { anomaly: all[0]!, message: (error as Error).message, weights };
}

const lossOf = (perExample: Loss['perExample']): Loss => ({ name: 'odd', perExample });
const sum = (tensor: tf.Tensor): tf.Tensor1D => tf.sum(tensor, -1);

test('a run without anomalies is that of its executor, bit for bit', async () => {
  const [plain, watched] = [await toyRun(), await toyRun({ executor: detectAnomaly() })];
  expect(watched.weights).toEqual(plain.weights);
  expect(watched.record.epochs).toEqual(plain.record.epochs);
  expect(watched.record.executor).toBe('eager (cpu), anomalies named');
});

test('forward: the op of the loss, what went in, and the example', async () => {
  // Infinite for the example whose first input is the largest alone.
  const loss = lossOf((outputs, targets) =>
    sum(tf.log(tf.where(tf.equal(targets, 2), tf.zerosLike(outputs), tf.add(tf.abs(outputs), 1)))),
  );
  const marking: Plugin = {
    name: 'marking',
    transformBatch(batch) {
      const [[name, targets]] = Object.entries(batch.targets) as [[string, tf.Tensor2D]];
      const rows = tf.transpose(tf.oneHot(tf.tensor1d([5], 'int32'), targets.shape[0]));
      return { ...batch, targets: { [name]: tf.mul(tf.onesLike(targets), tf.mul(rows, 2)) } };
    },
  };
  const { anomaly, message } = await found({ loss, plugins: [marking] });
  expect(anomaly).toMatchObject({
    step: 0,
    epoch: 0,
    notFinite: expect.arrayContaining(['loss/output']) as unknown,
  });
  expect(anomaly.from).toMatchObject({
    op: 'Log',
    origin: 'loss odd',
    pass: 'forward',
    gave: '-Infinity',
    count: 3,
    shape: [8, 3],
    examples: [5],
    gradientOf: null,
    given: [],
  });
  expect(anomaly.from!.from!.min).toBe(0);
  expect(Object.values(anomaly.batch.inputs)[0]!.shape).toEqual([8, 3]);
  expect(message).toContain(
    'the op Log of loss odd (forward) gave -Infinity first, in 3 of 24 numbers, in example 5; what went in was finite, from 0 to',
  );
});

test('backward: the op whose gradient is not finite, though the loss is', async () => {
  const loss = lossOf((outputs) => sum(tf.sqrt(tf.mul(outputs, 0))));
  const { anomaly } = await found({ loss });
  expect(anomaly.notFinite).not.toContain('loss/output');
  expect(anomaly.notFinite).toContain('parameters/hidden/kernel');
  expect(anomaly.from).toMatchObject({ gradientOf: 'Sqrt', origin: 'loss odd', pass: 'backward' });
  expect(anomaly.sentence).toContain('in the gradient of Sqrt of loss odd (backward)');
});

test('an op whose infinite numbers are masked away is not blamed, its gradient is', async () => {
  const loss = lossOf((outputs) => {
    const none = tf.mul(outputs, 0);
    return sum(tf.where(tf.zeros(outputs.shape, 'bool'), tf.log(none), outputs));
  });
  const { anomaly } = await found({ loss });
  expect(anomaly.notFinite).not.toContain('loss/output');
  expect(anomaly.from).toMatchObject({ gradientOf: 'Log', pass: 'backward' });
});

test('the update: the op of the optimizer; the run stands before the step', async () => {
  const optimizer: Optimizer = {
    ...toyOptimizer(),
    name: 'dividing',
    update: (gradients, slots, parameters, scalars) => {
      const next = toyOptimizer().update(gradients, slots, parameters, scalars);
      // From the third step on.
      const bad = tf.div(1, tf.relu(tf.sub(2, scalars('step'))));
      return {
        ...next,
        parameters: { ...next.parameters, 'output/bias': tf.add(next.parameters['output/bias']!, bad) },
      };
    },
  };
  const { anomaly, weights } = await found({ optimizer });
  expect(anomaly).toMatchObject({ step: 2, notFinite: ['parameters/output/bias'] });
  expect(anomaly.from).toMatchObject({
    op: 'RealDiv',
    origin: 'optimizer dividing',
    pass: 'update',
    examples: [],
  });
  expect(weights.flat().every(Number.isFinite)).toBe(true);
});

test('a weight that is not finite when the step begins', async () => {
  const breaking: Plugin = {
    name: 'breaking',
    async onEpochStart(run) {
      const { 'output/bias': bias } = await run.getWeights();
      if (run.epoch === 1)
        await run.setWeights({ 'output/bias': { ...bias!, data: Float32Array.of(1, NaN, 0) } });
    },
  };
  const { anomaly } = await found({ plugins: [breaking] });
  expect(anomaly).toMatchObject({ step: 3, epoch: 1 });
  expect(anomaly.from!.given).toEqual(['parameters/output/bias']);
  expect(anomaly.from).toMatchObject({ origin: 'layer output', pass: 'forward', gave: 'NaN' });
  expect(anomaly.sentence).toContain('parameters/output/bias was not finite already');
});

test('a batch that is part of a step', async () => {
  const loss = lossOf((outputs) => sum(tf.log(tf.mul(tf.square(outputs), 0))));
  const { anomaly } = await found({ loss, accumulate: 2 });
  expect(anomaly).toMatchObject({ step: 0, from: { op: 'Log', pass: 'forward' } });
  expect(anomaly.notFinite).toContain('accumulated/hidden/kernel');
});

test('an engine that alone is at fault', async () => {
  const faulty: Executor = {
    name: 'faulty',
    async start(program, state) {
      const session = await eager().start(program, state);
      return Object.assign(Object.create(session) as typeof session, {
        name: 'faulty',
        train: async (...step: Parameters<typeof session.train>) => {
          const result = await session.train(...step);
          const sums = await result.sums();
          return { ...result, sums: () => ({ ...sums, loss: Float32Array.of(NaN) }) };
        },
        readState: (prefix?: string) => session.readState(prefix),
        writeState: (entries: Parameters<typeof session.writeState>[0]) => session.writeState(entries),
        dispose: () => session.dispose(),
      });
    },
  };
  const { anomaly } = await found({ executor: faulty });
  expect(anomaly.from).toBeNull();
  expect(anomaly.sentence).toContain('made loss not finite on faulty, while op by op');
});

test('leaves nothing behind, and refuses what is no executor', async () => {
  await expectNoLeak(async () => {
    await found({ loss: lossOf((outputs) => sum(tf.log(tf.mul(outputs, 0)))) });
  });
  expect(() => detectAnomaly({} as never)).toThrow('executor must be an executor');
  expect(() => detectAnomaly(eager(), { onAnomaly: 1 as never })).toThrow('onAnomaly');
  expect(() => detectAnomaly(eager(), { every: 1 } as never)).toThrow('every');
});
