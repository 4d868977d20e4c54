import { arrayRules } from './array.js';
import { convolutionRules } from './convolution.js';
import { depthwiseConvolutionRules } from './depthwise-convolution.js';
import { binaryRules } from './elementwise-binary.js';
import { unaryRules } from './elementwise-unary.js';
import { imageRules } from './image.js';
import { indexingRules } from './indexing.js';
import { matmulRules } from './matmul.js';
import { normalizationRules } from './normalization.js';
import { poolingRules } from './pooling.js';
import { reductionRules } from './reduction.js';
import { shapeRules } from './shape.js';
import { spaceRules } from './space.js';
import type { KernelRule, KernelRules } from './rule.js';

const rules = {
  ...arrayRules,
  ...binaryRules,
  ...convolutionRules,
  ...depthwiseConvolutionRules,
  ...imageRules,
  ...indexingRules,
  ...matmulRules,
  ...normalizationRules,
  ...poolingRules,
  ...reductionRules,
  ...shapeRules,
  ...spaceRules,
  ...unaryRules,
} satisfies KernelRules;

/** The TensorFlow.js kernels that have a rule: a code generator says of each what it does with it. */
export type KernelName = keyof typeof rules;

/** Whether a TensorFlow.js kernel can be compiled. */
function isKernelName(kernel: string): kernel is KernelName {
  return Object.hasOwn(rules, kernel);
}

/** The rule of a tfjs kernel; `undefined` for one that cannot be compiled. */
export function ruleOf(kernel: string): KernelRule | undefined {
  return isKernelName(kernel) ? rules[kernel] : undefined;
}
