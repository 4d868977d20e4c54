import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import torch from '../../../testing/references/diagnostics/attributions.json' with { type: 'json' };

/** The convolutional network of testing/references/diagnostics/attributions.py, with its weights. */
export function attributionModel(): tfl.Sequential {
  const model = tfl.sequential({
    layers: [
      tfl.layers.conv2d({
        filters: 4,
        kernelSize: 3,
        padding: 'same',
        activation: 'relu',
        name: 'conv',
        inputShape: [8, 8, 2],
      }),
      tfl.layers.maxPooling2d({ poolSize: 2, name: 'pool' }),
      tfl.layers.flatten({ name: 'flatten' }),
      tfl.layers.dense({ units: 3, name: 'output' }),
    ],
  });
  tf.tidy(() => {
    model.setWeights([
      tf.tensor(torch.weights['conv/kernel'], [3, 3, 2, 4]),
      tf.tensor1d(torch.weights['conv/bias']),
      tf.tensor(torch.weights['output/kernel'], [64, 3]),
      tf.tensor1d(torch.weights['output/bias']),
    ]);
  });
  return model;
}

/** `[3, 8, 8, 2]` */
export const attributionInputs = {
  data: Float32Array.from(torch.inputs),
  shape: [3, 8, 8, 2],
  dtype: 'float32',
} as const;
