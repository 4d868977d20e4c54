import * as tfl from '@tensorflow/tfjs-layers';

/** Names of activations for hidden layers. */
export type ActivationName =
  | 'relu'
  | 'relu6'
  | 'leakyRelu'
  | 'elu'
  | 'selu'
  | 'gelu'
  | 'swish'
  | 'mish'
  | 'softplus'
  | 'softsign'
  | 'tanh'
  | 'sigmoid'
  | 'hardSigmoid'
  | 'linear';

/** All {@link ActivationName}s. */
export const activationNames: readonly ActivationName[] = [
  'relu',
  'relu6',
  'leakyRelu',
  'elu',
  'selu',
  'gelu',
  'swish',
  'mish',
  'softplus',
  'softsign',
  'tanh',
  'sigmoid',
  'hardSigmoid',
  'linear',
];

/** As PyTorch's `LeakyReLU`; Keras's layer has 0.3. */
const LEAKY_SLOPE = 0.01;

/** What a dense or convolution layer takes as `activation`; `undefined` where that needs a layer of its own. */
export function inlineActivation(name: ActivationName): Exclude<ActivationName, 'leakyRelu'> | undefined {
  return name === 'leakyRelu' ? undefined : name;
}

/** The activation as a layer of its own. */
export function activationLayer(activation: ActivationName, name: string): tfl.layers.Layer {
  return activation === 'leakyRelu'
    ? tfl.layers.leakyReLU({ alpha: LEAKY_SLOPE, name })
    : tfl.layers.activation({ activation, name });
}
