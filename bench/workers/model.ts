import type { LayersModel } from '@tensorflow/tfjs-layers';
import { cnn, mlp } from '@espalier/models';
import type { Case } from '../cases.js';

/** The model of a case. */
export function modelOf({ kind, sizes, batchNormalization }: Case): LayersModel {
  if (kind === 'cnn')
    return cnn({ inputs: [28, 28, 1], filters: sizes, dense: [128], outputs: 10, dropout: 0.25, seed: 1 });
  const normalized = batchNormalization ? { batchNormalization: 'after-activation' as const } : {};
  return mlp({ inputs: 784, hidden: sizes, outputs: 10, seed: 1, ...normalized });
}
