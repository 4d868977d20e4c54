import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { type Executor, type ExecutorSession, type Plugin, Trainer } from '@espalier/core';
import { toyClasses, toyCrossEntropy, toyModel, toyOptimizer } from '@espalier/testkit';
import { expect, test } from 'vitest';
import { compiled } from './compiled.js';

await tf.setBackend('cpu');

/** Counts how often the state is read at once. */
function counting(reads: string[]): Executor {
  const inner = compiled({ target: 'wasm' });
  return {
    name: inner.name,
    async start(program, state) {
      const session: ExecutorSession = await inner.start(program, state);
      const read = session.readStateNow!.bind(session);
      session.readStateNow = (prefix) => {
        reads.push(prefix);
        return read(prefix);
      };
      return session;
    },
  };
}

async function fit(
  model: ReturnType<typeof toyModel>,
  onEpochEnd: NonNullable<Plugin['onEpochEnd']>,
): Promise<string[]> {
  const reads: string[] = [];
  const trainer = new Trainer({
    model,
    loss: toyCrossEntropy(),
    optimizer: toyOptimizer(),
    plugins: [{ name: 'plugin', onEpochEnd }],
    executor: counting(reads),
  });
  await trainer.fit(toyClasses(), { epochs: 3, batchSize: 4 });
  return reads;
}

const numbersIn = (model: ReturnType<typeof toyModel>): number[] =>
  model.getWeights().flatMap((weight) => [...weight.dataSync()]);

test('whoever looks at the model in a hook sees the weights of the run, as often as the run has others', async () => {
  const model = toyModel();
  const seen: number[][] = [];
  const wanted: number[][] = [];
  const predicted: number[] = [];
  const reads = await fit(model, async (run) => {
    seen.push(numbersIn(model), numbersIn(model));
    const weights = await run.getWeights();
    const numbers = Object.values(weights).flatMap(({ data }) => [...data]);
    wanted.push(numbers, numbers);
    predicted.push(tf.tidy(() => (model.predict(tf.ones([1, 3])) as tf.Tensor).dataSync()[0]!));
  });
  expect(seen).toEqual(wanted);
  expect(new Set(seen.map(String)).size).toBe(3);
  expect(new Set(predicted).size).toBe(3);
  // Once to learn that it can be read, then once an epoch.
  expect(reads.length).toBe(1 + 3 * 2);
});

test('a look inside of a tidy leaves the variables alive and nothing else', async () => {
  const model = toyModel();
  const counts: number[] = [];
  await fit(model, () => {
    tf.tidy(() => void model.predict(tf.ones([1, 3])));
    counts.push(tf.memory().numTensors);
  });
  expect(new Set(counts).size).toBe(1);
  expect(numbersIn(model).every(Number.isFinite)).toBe(true);
});

test('nothing is written while nobody looks, and the model ends with the weights of the run', async () => {
  const model = toyModel();
  const before = numbersIn(model);
  const looking = toyModel();
  const reads = await fit(model, () => undefined);
  await fit(looking, () => void numbersIn(looking));
  expect(reads.length).toBe(1);
  expect(numbersIn(model)).toEqual(numbersIn(looking));
  expect(numbersIn(model)).not.toEqual(before);
  for (const weight of model.getWeights()) {
    expect(Object.getOwnPropertyDescriptor(weight, 'dataId')).toHaveProperty('value');
  }
});
