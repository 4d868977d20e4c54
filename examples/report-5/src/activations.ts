import { adam, mlp } from 'espalier';
import {
  accuracyOf,
  greater,
  type Images,
  type Lab,
  lossOf,
  type Measurement,
} from '@espalier-examples/studies-kit';

/** CIFAR-10 with three activations. */
export async function activations(lab: Lab, images: Images): Promise<void> {
  const published = {
    sigmoid: '1.172 57.77 1.487 48.72 1.462 49.43',
    tanh: '1.351 51.54 1.535 46.30 1.502 46.21',
    relu: '0.809 71.05 1.582 51.62 1.511 51.92',
  };
  const wide: Record<string, Measurement[]> = {};
  for (const activation of ['relu', 'sigmoid', 'tanh'] as const) {
    wide[activation] = await lab.train({
      name: `CIFAR-10, ${activation}`,
      ...images,
      epochs: lab.size(40, 1),
      batchSize: 128,
      setup: (seed) => ({
        model: mlp({ inputs: 3072, hidden: [256, 128], outputs: 10, activation, seed }),
        optimizer: adam(),
      }),
    });
  }
  lab.table({
    title: 'CIFAR-10 with three activations',
    text: '3072-256-128-10, Adam 0.001, batches of 128, 40 epochs; the JPEG version of the images.',
    columns: (['train', 'validation', 'test'] as const).flatMap((part) => [
      { label: `${part} loss`, of: lossOf(part), digits: 3 },
      { label: `${part} %`, of: accuracyOf(part) },
    ]),
    rows: Object.entries(published).map(([name, figures]) => ({
      name,
      runs: wide[name]!,
      published: figures,
    })),
  });
  lab.claim('ReLU is best on the test images, then sigmoid, then tanh', [
    greater(['ReLU', wide['relu']!], ['sigmoid', wide['sigmoid']!], accuracyOf('test')),
    greater(['sigmoid', wide['sigmoid']!], ['tanh', wide['tanh']!], accuracyOf('test')),
  ]);
  lab.curves('cifar-10', 'CIFAR-10: loss and accuracy per epoch', wide, ['loss', 'accuracy']);
}
