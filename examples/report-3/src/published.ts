import { l1, l1Proximal, l2, type Plugin } from 'espalier';

/** A coefficient, the published losses and accuracy, and the published sparsity of each weight matrix. */
type Coefficient = readonly [name: string, penalty: Plugin | undefined, figures: string, sparsities: string];

const collapsedL1 = ['2.3010 2.3021 0.8865 0.1135', '1.000 1.000 1.000 1.000 1.000 - 1.000'] as const;
const collapsedL2 = '2.3010 2.3020 0.8865 0.1135';
/**
 * Every coefficient. Of seven matrices the study lists six: its last figure fits the matrix of the output. Its shares of 0 and 1
 * have the decimals of those beside them.
 */
export const coefficients: readonly Coefficient[] = [
  ['none', undefined, '0.0031 0.0865 0.0212 0.9788', '0.0011 0.0006 0.0006 0.0007 0.0000 - 0.0000'],
  ['L1 0.0001', l1({ lambda: 1e-4 }), '0.1763 0.0675 0.0194 0.9806', '0.825 0.700 0.643 0.566 0.522 - 0.2'],
  ['L2 0.001', l2({ lambda: 1e-3 }), '0.1705 0.0719 0.0198 0.9802', '0.233 0.125 0.307 0.319 0.222 - 0.125'],
  ['L1 0.001', l1({ lambda: 1e-3 }), '0.4390 0.1426 0.0403 0.9597', '0.964 0.988 0.981 0.964 0.954 - 0.75'],
  ['L2 0.0001', l2({ lambda: 1e-4 }), '', ''],
  [
    'L2 0.01',
    l2({ lambda: 1e-2 }),
    '0.7913 0.2074 0.0523 0.9477 37',
    '0.394 0.339 0.385 0.420 0.359 - 0.125',
  ],
  ['L2 0.1', l2({ lambda: 0.1 }), collapsedL2, '1.000 1.000 1.000 1.000 1.000 - 0.889'],
  ['L2 1', l2({ lambda: 1 }), collapsedL2, '1.000 1.000 1.000 1.000 1.000 - 1.000'],
  ['L1 0.01', l1({ lambda: 0.01 }), ...collapsedL1],
  ['L1 0.1', l1({ lambda: 0.1 }), ...collapsedL1],
  ['L1 1', l1({ lambda: 1 }), ...collapsedL1],
];
/** The coefficients of L1, each by the sub-gradient of a penalty and by a proximal step. */
export const lambdas = [1e-4, 1e-3, 0.01, 0.1, 1];
/** L1 by its proximal step. */
export const proximal = (lambda: number): [name: string, plugin: Plugin] => [
  `proximal L1 ${lambda}`,
  l1Proximal({ lambda }),
];
