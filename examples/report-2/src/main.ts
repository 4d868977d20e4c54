import { study } from '@espalier-examples/studies-kit';
import { fashion } from './fashion.js';
import { regression, regressionPoints } from './regression.js';
import { networkSearch } from './search/network-search.js';
import { regressionSearch } from './search/regression-search.js';

await study(
  {
    name: 'report-2',
    title: 'Report 2: a regression with gaps, and networks for Fashion-MNIST',
    about:
      "A regression of one number on 100 points with gaps, with the best parameters that the study's search found, and that search; a multi-layer " +
      'perceptron and a convolutional network on Fashion-MNIST (50,000 training, 10,000 validation, 10,000 test images).',
    program: import.meta.url,
  },
  async (lab) => {
    await regression(lab);
    await regressionSearch(lab, await regressionPoints(lab));
    await fashion(lab);
    await networkSearch(lab);
  },
);
