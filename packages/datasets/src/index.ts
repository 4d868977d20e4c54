export type { FromArraysOptions } from './from-arrays.js';
export { fromArrays } from './from-arrays.js';
export type { SyntheticClassificationOptions } from './synthetic-classification.js';
export { syntheticClassification } from './synthetic-classification.js';
export type { SyntheticRegressionOptions } from './synthetic-regression.js';
export { syntheticRegression } from './synthetic-regression.js';
export type { ArraySource, NestedNumbers, NumberArray, ShapedArray } from './to-host-array.js';
