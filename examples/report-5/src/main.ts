import { cifar10, split } from 'espalier';
import { study } from '@espalier-examples/studies-kit';
import { activations } from './activations.js';
import { gradients } from './gradients.js';
import { gurmukhi } from './gurmukhi.js';
import { vanishing } from './vanishing.js';

await study(
  {
    name: 'report-5',
    title: 'Report 5: CIFAR-10 and Gurmukhi digits; vanishing gradients and their cures',
    about:
      'A deep sigmoid network whose gradients vanish, seen by three signs and cured in three ways; L1, L2 and dropout on handwritten ' +
      'Gurmukhi digits (1,000 training and 178 test images); back-propagation against central differences; and three activations on ' +
      'CIFAR-10 (45,000 training, 5,000 validation, 10,000 test images). The study leaves widths and optimizers open: those here are ours.',
    program: import.meta.url,
  },
  async (lab) => {
    await gurmukhi(lab);
    const cifar = await lab.data(() => cifar10({ format: 'jpeg', flatten: true }), [3072]);
    const [train, validation] = split(cifar.train, { fractions: [0.9, 0.1], seed: 1 });
    const images = { train, validation, test: cifar.test };
    await gradients(lab, train);
    await vanishing(lab, images);
    await activations(lab, images);
  },
);
