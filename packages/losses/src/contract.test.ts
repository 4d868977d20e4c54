import type { Loss } from '@espalier/core';
import type { LossContractOptions } from '@espalier/testkit';
import {
  classLabels,
  exportsContract,
  lossContract,
  probabilityRows,
  realNumbers,
  yesOrNo,
} from '@espalier/testkit';
import * as exported from './index.js';

interface Entry extends LossContractOptions {
  readonly make: () => Loss;
}

const { binaryCrossEntropy, huber, meanAbsoluteError, meanSquaredError, softmaxCrossEntropy } = exported;

const regression = { 'one number': realNumbers(1), 'three numbers': realNumbers(3) };

const losses: Record<string, Entry> = {
  softmaxCrossEntropy: {
    make: () => softmaxCrossEntropy(),
    problems: {
      'class numbers': classLabels(3),
      'one class': classLabels(1),
      'rows of probabilities': probabilityRows(3),
    },
    bad: { 'unknown labels': () => softmaxCrossEntropy({ labels: 'sparse' as never }) },
  },
  binaryCrossEntropy: {
    make: () => binaryCrossEntropy(),
    problems: { 'one answer': yesOrNo(1), 'three answers': yesOrNo(3) },
  },
  meanSquaredError: { make: () => meanSquaredError(), problems: regression },
  meanAbsoluteError: { make: () => meanAbsoluteError(), problems: regression },
  huber: {
    make: () => huber({ delta: 0.95 }),
    problems: regression,
    bad: { 'delta 0': () => huber({ delta: 0 }), 'delta NaN': () => huber({ delta: NaN }) },
  },
};

exportsContract({ exported, factories: losses });

for (const [name, { make, ...options }] of Object.entries(losses)) lossContract(name, make, options);
