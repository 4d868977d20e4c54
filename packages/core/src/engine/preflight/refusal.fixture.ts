import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import type { Dataset } from '../../data/dataset.js';
import { eager } from '../eager-executor.js';
import { isEspalierError } from '../../errors.js';
import type { Loss } from '../../step/loss.js';
import type { FunctionalModel, TrainableModel } from '../../model/model.js';
import type { Plugin } from '../../run/plugin.js';
import { momentum } from '../../toy-parts.fixture.js';
import { Trainer } from '../../run/trainer.js';

const ROWS = 4;

/** Numbers of a shape, in two batches of three rows and one. */
export function dataOf(shape: readonly number[], targetShape: readonly number[] = [1]): Dataset {
  const array = (each: readonly number[], rows: number) => {
    const size = rows * each.reduce((a, b) => a * b, 1);
    return {
      data: Float32Array.from({ length: size }, (_, i) => Math.sin(i + 1)),
      shape: [rows, ...each],
      dtype: 'float32' as const,
    };
  };
  return {
    size: ROWS,
    inputs: { input: { shape, dtype: 'float32' } },
    targets: { target: { shape: targetShape, dtype: 'float32' } },
    batch: (indices) => ({
      inputs: { input: array(shape, indices.length) },
      targets: { target: array(targetShape, indices.length) },
    }),
  };
}

const anyLoss: Loss = {
  name: 'any',
  perExample: (outputs) => tf.mean<tf.Tensor1D>(tf.square(tf.reshape(outputs, [outputs.shape[0]!, -1])), -1),
};

export interface Run {
  readonly model: TrainableModel;
  readonly data: Dataset;
  readonly loss?: Loss;
  readonly plugins?: readonly Plugin[];
}

export function trainer({ model, loss = anyLoss, plugins = [] }: Run): Trainer {
  return new Trainer({ model, loss, optimizer: momentum(0.1), plugins, executor: eager() }) as Trainer;
}

/** The message with which the run is refused, the model and the memory being as before. */
export async function refusal(run: Run): Promise<string> {
  const steps: number[] = [];
  const watching = {
    ...run,
    plugins: [
      ...(run.plugins ?? []),
      { name: 'counter', onStepEnd: ({ step }) => void steps.push(step) } as Plugin,
    ],
  };
  const one = trainer(watching);
  const [before, { numTensors, numBytes }] = [await one.getWeights(), tf.memory()];
  let error: unknown;
  try {
    await one.fit(run.data, { epochs: 1, batchSize: 3, stopOnInterrupt: false });
  } catch (thrown) {
    error = thrown;
  }
  expect(isEspalierError(error) && error.code, String(error)).toBe('unsupported-op');
  expect(steps).toEqual([]);
  expect(await one.getWeights()).toEqual(before);
  expect(tf.memory()).toMatchObject({ numTensors, numBytes });
  // Nothing is watched any more.
  const { watch } = (tf.engine() as unknown as Record<symbol, { watch: unknown }>)[
    Symbol.for('espalier.engine.op-slot')
  ]!;
  expect(watch).toBeUndefined();
  return (error as Error).message;
}

/** A convolution, `first`, and layers after it. */
export const image = (...layers: tfl.layers.Layer[]): Run => ({
  model: tfl.sequential({
    layers: [
      tfl.layers.conv2d({ name: 'first', filters: 2, kernelSize: 1, inputShape: [5, 5, 1], useBias: false }),
      ...layers,
    ],
  }),
  data: dataOf([5, 5, 1]),
});

/** `w`, a parameter of this shape, through an op. */
export const through = (shape: number[], op: (w: tf.Tensor) => tf.Tensor): Run => {
  const w = tf.tidy(() =>
    tf.variable(tf.add(tf.reshape(tf.range(0, tf.util.sizeFromShape(shape)), shape), 0.5)),
  );
  const model: FunctionalModel = {
    parameters: { w },
    forward: ({ input }, weights) => tf.mul(input!, tf.sum(op(weights['w']!))),
  };
  return { model, data: dataOf([1]) };
};
