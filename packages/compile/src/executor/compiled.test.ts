import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import {
  type Dataset,
  eager,
  type Executor,
  type Loss,
  type Optimizer,
  type Plugin,
  Trainer,
} from '@espalier/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { compiled } from './compiled.js';

beforeAll(() => tf.setBackend('cpu'));

/** 22 examples of bytes [6] in three classes; the targets are one-hot. */
function bytes(): Dataset {
  const size = 22;
  const x = Uint8Array.from({ length: size * 6 }, (_, i) => (i * 89) % 256);
  const label = (i: number): number => (x[6 * i]! + x[6 * i + 1]!) % 3;
  return {
    size,
    inputs: { input: { shape: [6], dtype: 'float32' } },
    targets: { target: { shape: [3], dtype: 'float32' } },
    batch: (indices) => ({
      inputs: {
        input: {
          data: Uint8Array.from(
            { length: indices.length * 6 },
            (_, i) => x[indices[Math.floor(i / 6)]! * 6 + (i % 6)]!,
          ),
          shape: [indices.length, 6],
          dtype: 'float32',
          scale: 1 / 255,
          offset: -0.5,
        },
      },
      targets: {
        target: {
          data: Float32Array.from({ length: indices.length * 3 }, (_, i) =>
            label(indices[Math.floor(i / 3)]!) === i % 3 ? 1 : 0,
          ),
          shape: [indices.length, 3],
          dtype: 'float32',
        },
      },
    }),
  };
}

/** Dropout and batch normalisation of TensorFlow.js' own, always the same start. */
function model(): tfl.LayersModel {
  const init = (seed: number) => tfl.initializers.glorotUniform({ seed });
  return tfl.sequential({
    layers: [
      tfl.layers.dense({
        name: 'hidden',
        units: 8,
        activation: 'tanh',
        inputShape: [6],
        kernelInitializer: init(1),
      }),
      tfl.layers.batchNormalization({ name: 'norm' }),
      tfl.layers.dropout({ name: 'drop', rate: 0.25 }),
      tfl.layers.dense({ name: 'output', units: 3, kernelInitializer: init(2) }),
    ],
  });
}

const crossEntropy: Loss = {
  name: 'cross-entropy',
  perExample: (logits, targets) => tf.neg(tf.sum<tf.Tensor1D>(tf.mul(targets, tf.logSoftmax(logits)), -1)),
};

function momentum(learningRate: number | ((at: { step: number }) => number)): Optimizer {
  return {
    name: 'momentum',
    learningRate,
    init: (parameters) =>
      Object.fromEntries(
        Object.entries(parameters).map(([name, p]) => [`velocity/${name}`, tf.zerosLike(p)]),
      ),
    update(gradients, slots, parameters, scalars) {
      const [nextSlots, next]: Record<string, tf.Tensor>[] = [{}, { ...parameters }];
      for (const [name, g] of Object.entries(gradients)) {
        const velocity = tf.add(tf.mul(slots[`velocity/${name}`]!, 0.9), g);
        nextSlots![`velocity/${name}`] = velocity;
        next![name] = tf.sub(parameters[name]!, tf.mul(velocity, scalars('learningRate')));
      }
      return { parameters: next!, slots: nextSlots! };
    },
  };
}

interface Setup {
  readonly plugins?: readonly Plugin[];
  readonly optimizer?: Optimizer;
  readonly epochs?: number;
}

async function run(executor: Executor, { plugins = [], optimizer = momentum(0.1), epochs = 3 }: Setup = {}) {
  const subject = model();
  const trainer = new Trainer({ model: subject, loss: crossEntropy, optimizer, plugins, executor, seed: 5 });
  const record = await trainer.fit(bytes(), {
    epochs,
    batchSize: 8,
    validation: bytes(),
    validationBatchSize: 10,
  });
  return { record, weights: subject.getWeights().flatMap((w) => [...w.dataSync()]), trainer };
}

function expectClose(a: readonly number[], b: readonly number[], bound: number): void {
  expect(a.length).toBe(b.length);
  a.forEach((value, i) =>
    expect(Math.abs(value - b[i]!)).toBeLessThanOrEqual(bound * Math.max(1, Math.abs(b[i]!))),
  );
}

describe('the compiled executor', () => {
  test('trains as the eager one does: dropout masks, batch statistics, short batches and all', async () => {
    const [slow, fast] = [await run(eager()), await run(compiled({ target: 'onnx' }))];
    expect(fast.record.executor).toBe('compiled (cpu)');
    // Nine steps of float32 arithmetic: each rounds about 1e-7 of a weight, and a step carries differences on.
    expectClose(fast.weights, slow.weights, 1e-5);
    for (const [i, line] of fast.record.epochs.entries()) {
      for (const [name, value] of Object.entries(line))
        expect(value).toBeCloseTo(slow.record.epochs[i]![name]!, 4);
    }
  });

  test('gives the same bits twice, and with 1 and 2 threads', async () => {
    const [first, second, third] = [
      await run(compiled({ target: 'onnx' })),
      await run(compiled({ target: 'onnx' })),
      await run(compiled({ threads: 2 })),
    ];
    expect(second.weights).toEqual(first.weights);
    expect(third.weights).toEqual(first.weights);
  });

  test('compiles each kind of step and batch shape once, says so, and again nothing in a second fit', async () => {
    const { record, trainer } = await run(compiled({ target: 'onnx' }));
    const notes = record.events.map(({ message }) => message.replace(/:.*/, ''));
    expect(notes).toHaveLength(4);
    expect(notes[0]).toBe(
      'compiled the train step for hidden_input uint8*0.00392156862745098+-0.5[8,6], output float32[8,3]',
    );
    const again = await trainer.fit(bytes(), { epochs: 1, batchSize: 8 });
    expect(again.events).toEqual([]);
  });

  test('what varies by step is never baked in: rates, schedules, scalars, weights set by a hook', async () => {
    const setup = (): Setup => ({
      optimizer: momentum(({ step }) => 0.1 / (1 + step)),
      plugins: [
        {
          name: 'ramp',
          scalars: { strength: ({ step }) => step * 0.01 },
          penalty: (parameters, step) =>
            tf.mul(tf.sum(tf.square(parameters['output/kernel']!)), step.scalar('strength')) as tf.Scalar,
        },
        {
          name: 'meddler',
          onEpochEnd: async (epochRun) => {
            epochRun.scaleLearningRate('meddler', 0.5 ** (epochRun.epoch + 1));
            const weights = await epochRun.getWeights();
            const bias = weights['output/bias']!;
            await epochRun.setWeights({ 'output/bias': { ...bias, data: bias.data.map((v) => v + 0.25) } });
          },
        },
      ],
    });
    const [slow, fast] = [await run(eager(), setup()), await run(compiled({ target: 'onnx' }), setup())];
    expectClose(fast.weights, slow.weights, 1e-5);
  });

  test('finds a number that leaks into the step and changes, and names the plugin', async () => {
    let counter = 0;
    const leak: Plugin = {
      name: 'leak',
      onStepEnd: () => void counter++,
      transformGradients: (gradients) =>
        Object.fromEntries(
          Object.entries(gradients).map(([name, g]) => [name, tf.mul(g, 1 / (1 + counter))]),
        ),
    };
    await expect(run(compiled({ target: 'onnx' }), { plugins: [leak] })).rejects.toMatchObject({
      code: 'impure-step',
      message: expect.stringContaining('plugin leak'),
    });
  });

  test('leaves no tensor behind, resumes exactly, and its checkpoints move to the eager executor', async () => {
    let saved: Parameters<Trainer['fit']>[1]['resumeFrom'];
    const saver: Plugin = {
      name: 'saver',
      onStepEnd: async (stepRun) => {
        if (stepRun.step === 4) saved = await stepRun.checkpoint();
      },
    };
    const whole = await run(compiled({ target: 'onnx' }), { plugins: [saver] });
    const before = tf.memory().numTensors;
    const resume = async (executor: Executor): Promise<number[]> => {
      const subject = model();
      const trainer = new Trainer({
        model: subject,
        loss: crossEntropy,
        optimizer: momentum(0.1),
        plugins: [saver],
        executor,
        seed: 5,
      });
      await trainer.fit(bytes(), { epochs: 3, batchSize: 8, validation: bytes(), resumeFrom: saved! });
      const weights = subject.getWeights().flatMap((w) => [...w.dataSync()]);
      subject.dispose();
      return weights;
    };
    expect(await resume(compiled({ target: 'onnx' }))).toEqual(whole.weights);
    expectClose(await resume(eager()), whole.weights, 1e-5);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('evaluates and predicts compiled', async () => {
    const { trainer } = await run(compiled({ target: 'onnx' }), { epochs: 1 });
    const predicted = (await trainer.predict(bytes())) as tf.Tensor;
    expect(predicted.shape).toEqual([22, 3]);
    const { inputs } = await bytes().batch(Uint32Array.from({ length: 22 }, (_, i) => i));
    const x = tf.tensor2d(
      Float32Array.from(inputs['input']!.data, (v) => v / 255 - 0.5),
      [22, 6],
    );
    const again = (await trainer.predict(x)) as tf.Tensor;
    expectClose([...again.dataSync()], [...predicted.dataSync()], 1e-6);
    tf.dispose([predicted, again, x]);
  });

  test('bad options are refused in the factory', () => {
    expect(() => compiled({ threads: 0 })).toThrow('threads must be a whole number >= 1, got 0');
    expect(() => compiled({ device: 'tpu' as 'cpu' })).toThrow(
      "device must be one of 'cpu', 'webgpu', 'cuda'",
    );
  });
});
