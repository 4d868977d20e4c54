import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';

const BATCH = 64;

/** A model with its data on the device. */
export interface Workload {
  /** Trains some steps and waits for the last one. */
  train(steps: number): Promise<void>;
}

const dense = (units: number, activation?: 'relu' | 'softmax', inputShape?: number[]) =>
  layers.layers.dense({ units, ...(activation && { activation }), ...(inputShape && { inputShape }) });

const block = (filters: number, inputShape?: number[]) => [
  layers.layers.conv2d({ filters, kernelSize: 3, padding: 'same', ...(inputShape && { inputShape }) }),
  layers.layers.batchNormalization(),
  layers.layers.reLU(),
  layers.layers.maxPooling2d({ poolSize: 2 }),
];

/** What is measured, by name. */
export const models: Readonly<Record<string, { readonly title: string; make(): Workload }>> = {
  mlp: {
    title: '784-64-64-10, batch 64, Adam',
    make: () =>
      workload(
        [784],
        layers.sequential({
          layers: [dense(64, 'relu', [784]), dense(64, 'relu'), dense(10, 'softmax')],
        }),
      ),
  },
  wide: {
    title: '784-800-800-800-10, batch 64, Adam',
    make: () =>
      workload(
        [784],
        layers.sequential({
          layers: [dense(800, 'relu', [784]), dense(800, 'relu'), dense(800, 'relu'), dense(10, 'softmax')],
        }),
      ),
  },
  cnn: {
    title: 'CNN 28x28 (32 and 64 filters, batch normalisation), batch 64, Adam',
    make: () =>
      workload(
        [28, 28, 1],
        layers.sequential({
          layers: [
            ...block(32, [28, 28, 1]),
            ...block(64),
            layers.layers.flatten(),
            dense(128, 'relu'),
            dense(10, 'softmax'),
          ],
        }),
      ),
  },
};

function workload(shape: number[], model: layers.Sequential): Workload {
  const optimizer = tf.train.adam(0.001);
  const x = tf.randomUniform([BATCH, ...shape], 0, 1, 'float32', 1);
  const labels = Int32Array.from({ length: BATCH }, (_, i) => i % 10);
  const y = tf.oneHot(tf.tensor1d(labels, 'int32'), 10);
  const step = (wanted: boolean): tf.Scalar | null =>
    tf.tidy(
      () =>
        optimizer.minimize(() => {
          const outputs = model.apply(x, { training: true }) as tf.Tensor;
          return tf.neg(tf.mean<tf.Scalar>(tf.sum(tf.mul(y, tf.log(tf.add(outputs, 1e-7))), 1)));
        }, wanted) as tf.Scalar,
    );
  return {
    async train(steps) {
      for (let i = 1; i < steps; i++) step(false);
      const loss = step(true)!;
      await loss.data();
      loss.dispose();
    },
  };
}
