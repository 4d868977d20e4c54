import type * as tfl from '@tensorflow/tfjs-layers';

/** Layers that give on the numbers that they get, in training or in another order at most. */
const PASSING = new Set([
  'Reshape',
  'Flatten',
  'Permute',
  'RepeatVector',
  'Cropping2D',
  'UpSampling2D',
  'Masking',
  'Dropout',
  'SpatialDropout1D',
  'EspalierDropout',
  'EspalierSpatialDropout',
]);

/** Layers whose means of probabilities are probabilities again. */
const AVERAGING = new Set([
  'GlobalAveragePooling1D',
  'GlobalAveragePooling2D',
  'AveragePooling1D',
  'AveragePooling2D',
]);
const SQUASHING = new Set(['sigmoid', 'hardSigmoid', 'softmax']);

/** The parts of layers that are looked at here; TensorFlow.js declares most of them private. */
interface LayerParts {
  readonly activation?: { getClassName?(): string };
  /** Of layers of ours. */
  readonly activationName?: string;
  readonly cell?: unknown;
  readonly layer?: LayerParts;
  readonly outputs?: readonly tfl.SymbolicTensor[];
  readonly inboundNodes: readonly { readonly inputTensors: readonly tfl.SymbolicTensor[] }[];
}

/** The activation that a model's output ends in, as TensorFlow.js calls it; `undefined` where it cannot be told. */
export function activationOf(output: tfl.SymbolicTensor): string | undefined {
  const layer = output.sourceLayer as tfl.layers.Layer & LayerParts;
  const kind = layer.getClassName();
  if (layer.outputs) {
    const inner = layer.outputs[output.outputTensorIndex ?? 0];
    return inner && activationOf(inner);
  }
  if (PASSING.has(kind) || AVERAGING.has(kind)) {
    const [input] = layer.inboundNodes[output.nodeIndex]?.inputTensors ?? [];
    const given = input && activationOf(input);
    return PASSING.has(kind) || SQUASHING.has(given ?? '') ? given : undefined;
  }
  if (kind === 'Softmax') return 'softmax';
  const own: LayerParts = kind === 'TimeDistributed' && layer.layer ? layer.layer : layer;
  return own.cell === undefined ? (own.activationName ?? own.activation?.getClassName?.()) : undefined;
}
