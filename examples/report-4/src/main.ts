import { mnist, split } from 'espalier';
import { study } from '@espalier-examples/studies-kit';
import { activations } from './activations.js';
import { batchSizes } from './batch-sizes.js';
import { noise } from './noise.js';
import { wideNetworks } from './wide.js';

await study(
  {
    name: 'report-4',
    title: 'Report 4: a multi-layer perceptron with parameters, on MNIST',
    about:
      'Networks of several widths and depths on MNIST (50,000 training, 10,000 dev, 10,000 test images), trained by plain SGD with ' +
      'learning rate 0.01 on the negative log-likelihood. Weights of tanh networks start Xavier-uniform, the others as in PyTorch.',
    program: import.meta.url,
  },
  async (lab) => {
    const { train: all, test } = await lab.data(() => mnist({ flatten: true }), [784]);
    const [train, validation] = split(all, { fractions: [5 / 6, 1 / 6], seed: 1 });
    const images = { train, validation, test };
    await activations(lab, images);
    await batchSizes(lab, images);
    await noise(lab, images);
    await wideNetworks(lab, images);
  },
);
