import { gaussianNoise } from 'espalier';
import { greater, type Images, type Lab } from '@espalier-examples/studies-kit';
import { columns, type Figure, trainer } from './bench.js';
import { distort } from './distort.js';

/** MNIST with noise and distortion. */
export async function noise(lab: Lab, images: Images): Promise<void> {
  const run = trainer(lab, images);
  const [hardImages, hardTest] = [await distort(images.train, 1), await distort(images.test, 2)];
  const hard = {
    hidden: [128, 128],
    activation: 'relu' as const,
    batchSize: 10,
    epochs: 10,
    alsoOn: hardTest,
  };
  const clean = await run('clean images', hard);
  const noisy = await run('clean images, noise in training', {
    ...hard,
    plugins: () => [gaussianNoise({ stddev: 0.2 })],
  });
  const distorted = await run('distorted images', { ...hard, train: hardImages });
  const onHard: Figure = (r) => r.extra as number;
  lab.table({
    title: 'Noise and distortion, the idea that it closes with',
    text: '128-128 ReLU, batches of 10, 10 epochs. Distorted: turned by up to 15 degrees, shifted by up to 2 pixels, noise of 0.2; each test image both as it is and distorted.',
    columns: [...columns, { label: 'distorted test %', of: onHard }],
    rows: [
      { name: 'clean images', runs: clean },
      { name: 'clean images, noise in training', runs: noisy },
      { name: 'distorted images', runs: distorted },
    ],
  });
  lab.claim('Training on distorted images pays on distorted ones', [
    greater(['distorted', distorted], ['clean', clean], onHard),
  ]);
  lab.claim('Noise alone does, too', [greater(['noise', noisy], ['clean', clean], onHard)]);
}
