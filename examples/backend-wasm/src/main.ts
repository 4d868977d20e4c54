import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { isEspalierError } from '@espalier/core';
import { kernelReport, wasm } from '@espalier/backend-wasm';

const SIZE = 16;

/** Pictures of one bright bar on noise; the class says whether it stands (0) or lies (1). */
function bars(count: number, seed: number): { images: tf.Tensor4D; labels: tf.Tensor2D } {
  const noise = tf.randomNormal([count, SIZE, SIZE, 1], 0, 0.6, 'float32', seed);
  const values = noise.dataSync();
  noise.dispose();
  const classes = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const lying = i % 2;
    const position = (i * 7) % SIZE;
    classes[i] = lying;
    for (let step = 0; step < SIZE; step++) {
      const at = lying ? position * SIZE + step : step * SIZE + position;
      values[i * SIZE * SIZE + at]! += 1;
    }
  }
  const images = tf.tensor4d(values as Float32Array, [count, SIZE, SIZE, 1]);
  return { images, labels: tf.cast(tf.oneHot(classes, 2), 'float32') as tf.Tensor2D };
}

const backend = wasm({ memoryLimitMB: 512 });
const availability = await backend.isAvailable();
if (!availability.available) throw new Error(`${availability.reason}: ${availability.fix}`);
await backend.activate();

const { supplied, replaced } = kernelReport();
console.log(`supplied: ${supplied.join(', ')}`);
console.log(`replaced: ${replaced.length} kernels, MaxPoolGrad and Sum among them\n`);

const model = layers.sequential();
// Seeds everywhere: the same program prints the same numbers on every run.
const seeded = (seed: number) => ({
  kernelInitializer: layers.initializers.glorotUniform({ seed }),
});
const convolution = { filters: 8, kernelSize: 3, padding: 'same' as const, ...seeded(1) };
model.add(layers.layers.conv2d({ ...convolution, inputShape: [SIZE, SIZE, 1] }));
model.add(layers.layers.batchNormalization());
model.add(layers.layers.reLU());
model.add(layers.layers.maxPooling2d({ poolSize: 4 }));
model.add(layers.layers.flatten());
model.add(layers.layers.dense({ units: 2, activation: 'softmax', ...seeded(2) }));
model.compile({ optimizer: tf.train.adam(0.005), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });

const training = bars(512, 1);
const test = bars(256, 2);
await model.fit(training.images, training.labels, {
  epochs: 6,
  batchSize: 32,
  verbose: 0,
  shuffle: false,
  validationData: [test.images, test.labels],
  callbacks: {
    onEpochEnd: (epoch, logs) => {
      const { loss, acc, val_acc: held } = logs as Record<string, number>;
      const percent = (value: number | undefined): string => `${(100 * value!).toFixed(1)} %`;
      console.log(
        `epoch ${epoch + 1}: loss ${loss!.toFixed(4)}, accuracy ${percent(acc)}, on new pictures ${percent(held)}`,
      );
    },
  },
});

try {
  tf.zeros([200_000_000]);
} catch (error) {
  if (!isEspalierError(error)) throw error;
  console.log(`\n${error.code}: ${error.message}`);
}
