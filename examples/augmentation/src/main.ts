import * as tf from '@tensorflow/tfjs-core';
import {
  augment,
  cutMix,
  mixUp,
  randomAffine,
  randomErasing,
  randomTranslation,
  testTimeAugmentation,
  transformImages,
} from '@espalier/augmentation';
import { wasm } from '@espalier/backend-wasm';
import { compiled } from '@espalier/compile';
import { type Dataset, type Plugin, Trainer, useBackend } from '@espalier/core';
import { mnist, take } from '@espalier/datasets';
import { softmaxCrossEntropy } from '@espalier/losses';
import { accuracy } from '@espalier/metrics';
import { cnn } from '@espalier/models';
import { adam } from '@espalier/optimizers';

await useBackend(wasm());
const { train, test } = await mnist();
const few = take(train, 300);
const plain = take(test, 500);
// Digits as they might come from another scanner: turned, moved, of another size.
const skewed = transformImages(plain, {
  transforms: [randomAffine({ rotation: 25, scale: 0.2, shiftX: 0.1, shiftY: 0.1 })],
  seed: 5,
});
const affine = randomAffine({ rotation: 20, scale: 0.15, shiftX: 0.1, shiftY: 0.1 });

const WAYS: Readonly<Record<string, readonly Plugin[]>> = {
  none: [],
  affine: [augment({ transforms: [affine] })],
  'affine, erasing': [augment({ transforms: [affine, randomErasing({ scale: [0.02, 0.1] })] })],
  mixUp: [mixUp({ alpha: 0.4, classes: 10 })],
  cutMix: [cutMix({ classes: 10, probability: 0.5 })],
};

/** Share of the digits whose largest output is their label. */
async function share(outputs: tf.Tensor, data: Dataset): Promise<number> {
  const { target } = (await data.batch(Uint32Array.from({ length: data.size }, (_, i) => i))).targets;
  const right = tf.tidy(() =>
    tf.equal(tf.argMax(outputs, -1), tf.tensor1d(target!.data, 'int32')).dataSync(),
  );
  return Array.from(right).reduce((sum, one) => sum + one, 0) / data.size;
}

console.log('300 digits to learn from, 500 to test: as they are, and turned, moved and resized.\n');
console.log('augmentation       test   skewed   skewed, mean of 4 shifted views');
for (const [name, plugins] of Object.entries(WAYS)) {
  const model = cnn({
    inputs: [28, 28, 1],
    outputs: 10,
    filters: [8, 16],
    dense: [32],
    batchNormalizationMomentum: 0.8,
    seed: 1,
  });
  const trainer = new Trainer({
    model,
    loss: softmaxCrossEntropy(),
    optimizer: adam({ learningRate: 0.003 }),
    metrics: [accuracy()],
    plugins,
    seed: 1,
    executor: compiled(),
  });
  await trainer.fit(few, { epochs: 20, batchSize: 30 });
  const [asTheyAre, turned] = [await trainer.evaluate(plain), await trainer.evaluate(skewed)];
  const averaged = (await testTimeAugmentation(trainer, skewed, {
    transforms: [randomTranslation({ height: 0.08, width: 0.08 })],
    average: 'softmax',
    views: 4,
  })) as tf.Tensor;
  const cells = [asTheyAre.accuracy, turned.accuracy, await share(averaged, plain)];
  console.log(name.padEnd(16) + cells.map((cell) => cell.toFixed(3).padStart(9)).join(''));
  averaged.dispose();
  model.dispose();
}
