export type { BinaryCrossEntropyOptions } from './binary-cross-entropy.js';
export { binaryCrossEntropy } from './binary-cross-entropy.js';
export type { HuberOptions } from './huber.js';
export { huber } from './huber.js';
export { meanAbsoluteError } from './mean-absolute-error.js';
export { meanSquaredError } from './mean-squared-error.js';
export type { SoftmaxCrossEntropyOptions } from './softmax-cross-entropy.js';
export { softmaxCrossEntropy } from './softmax-cross-entropy.js';
