import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { Optimizer } from '@espalier/core';

/** Plain gradient descent. */
export const descent = (rate: number): Optimizer => ({
  name: 'descent',
  learningRate: rate,
  init: () => ({}),
  update: (gradients, slots, parameters, scalars) => ({
    slots,
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([name, p]) => [
        name,
        gradients[name] ? tf.sub(p, tf.mul(gradients[name], scalars('learningRate'))) : p,
      ]),
    ),
  }),
});

export interface Network {
  readonly activation?: string;
  readonly depth?: number;
  /** Standard deviation of the initial weights times the root of their number of inputs. */
  readonly gain?: number;
  readonly bias?: number;
  readonly normalize?: boolean;
}

/** Three inputs, `depth` hidden layers of 12 units, three logits. */
export function network({ activation = 'relu', depth = 1, gain = Math.SQRT2, bias = 0, normalize }: Network) {
  const layers: tfl.layers.Layer[] = [];
  for (let i = 1; i <= depth; i++) {
    const stddev = gain / Math.sqrt(i === 1 ? 3 : 12);
    layers.push(
      tfl.layers.dense({
        units: 12,
        name: `hidden_${i}`,
        kernelInitializer: tfl.initializers.randomNormal({ stddev, seed: i }),
        biasInitializer: tfl.initializers.constant({ value: bias }),
        ...(normalize ? {} : { activation: activation as 'relu' }),
        ...(i === 1 && { inputShape: [3] }),
      }),
    );
    if (!normalize) continue;
    layers.push(tfl.layers.batchNormalization({ name: `norm_${i}`, momentum: 0.5 }));
    layers.push(activationLayer(activation, `activation_${i}`));
  }
  const kernelInitializer = tfl.initializers.randomNormal({ stddev: 1 / Math.sqrt(12), seed: 99 });
  layers.push(tfl.layers.dense({ units: 3, name: 'output', kernelInitializer }));
  return tfl.sequential({ layers });
}

function activationLayer(activation: string, name: string): tfl.layers.Layer {
  if (activation === 'leakyRelu') return tfl.layers.leakyReLU({ name });
  return tfl.layers.activation({ activation: activation as 'relu', name });
}
