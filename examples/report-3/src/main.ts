import { mnist, split } from 'espalier';
import { study } from '@espalier-examples/studies-kit';
import { activations } from './activations.js';
import { penalties } from './coefficients.js';
import { depths } from './depth.js';

await study(
  {
    name: 'report-3',
    title: 'Report 3: L1, L2 and sparsity on MNIST; depth; activations',
    about:
      'A network 784-128-128-64-64-64-64-10 on MNIST (48,000 training images, the last 12,000 of their file for validation, 10,000 test ' +
      'images), Adam, batches of 128. The learning rate falls tenfold when the validation loss stands still for 4 epochs; a run ends when the ' +
      'training loss, its penalty in it, has stood still for 6, after 200 epochs at most. The size of the batches, the learning rate and the two ' +
      'numbers of epochs are ours.',
    program: import.meta.url,
  },
  async (lab) => {
    const { train: all, test } = await lab.data(() => mnist({ flatten: true }), [784]);
    const [train, validation] = split(all, { fractions: [0.8, 0.2], shuffle: false });
    const images = { train, validation, test };
    const relu = await penalties(lab, images);
    await activations(lab, images, relu);
    await depths(lab, images);
  },
);
