import { eager, type FunctionalModel, isEspalierError, type Loss, Trainer } from '@espalier/core';
import { sgd } from '@espalier/optimizers';
import { FURTHER_OPERATIONS, type Operation, OPERATIONS, toyDataset, toyNumbers } from '@espalier/testkit';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Outcome, opColumn } from './op-column.js';

/* What the table of operations says is wrong on a stock backend must never train there, and what is right must. */

const loss: Loss = { name: 'sum', perExample: (outputs) => tf.sum<tf.Tensor1D>(outputs, -1) };
const data = toyDataset({
  inputs: { input: toyNumbers('toy/input', [2, 1]) },
  targets: { target: toyNumbers('toy/target', [2, 1]) },
});

/** The messages with which runs are refused that train what some cases of an operation take, through it. */
async function refusals({ cases }: Operation, count: number): Promise<string[]> {
  const messages: string[] = [];
  for (const { inputs, run, differentiable = true } of fc.sample(cases, { seed: 1, numRuns: count })) {
    const parameters = Object.fromEntries(
      inputs.map((input, i) => [
        `p${i}`,
        tf.tidy(() => tf.variable(tf.tensor(Float32Array.from(input.data), [...input.shape]))),
      ]),
    );
    const model: FunctionalModel = {
      parameters,
      forward: ({ input }, weights) => {
        const result = run(...inputs.map((_, i) => weights[`p${i}`]!));
        const sum = tf.sum(
          tf.mul(
            result,
            tf.range(0, result.size, 1).size === 1 ? 1 : tf.reshape(tf.range(0, result.size), result.shape),
          ),
        );
        return tf.mul(input!, differentiable ? sum : tf.add(sum, tf.sum(weights['p0']!)));
      },
    };
    const trainer = new Trainer({ model, loss, optimizer: sgd({ learningRate: 0 }), executor: eager() });
    try {
      await trainer.fit(data, { epochs: 1, stopOnInterrupt: false });
    } catch (error) {
      if (!isEspalierError(error) || error.code !== 'unsupported-op') throw error;
      messages.push(error.message);
    } finally {
      tf.dispose(Object.values(parameters));
    }
  }
  return messages;
}

describe.each(['cpu', 'wasm'])('on the stock %s backend', (backend) => {
  let column: Record<string, Outcome>;
  beforeAll(async () => {
    expect(await tf.setBackend(backend)).toBe(true);
    column = await opColumn();
  });

  test.each(
    [...OPERATIONS, ...FURTHER_OPERATIONS]
      .filter(({ name }) => !/^argMax|^isNaN/.test(name))
      .map((each) => [each.name, each] as const),
  )('%s trains where it is right, and is refused where its gradient is not', async (name, operation) => {
    const messages = await refusals(operation, 12);
    for (const message of messages) expect(message).toContain(`'${backend}'`);
    if (column[name] === 'right') expect(messages).toEqual([]);
    else if (column[name] !== 'wrong') expect(messages).not.toEqual([]);
  });
});
