import { fusedBatchNormGradient } from './gradients/batch-norm.js';
import type { GradientPatch } from './gradients/gradient-patch.js';
import { mirrorPadGradient } from './gradients/mirror-pad.js';
import { conv2DBackpropFilter, conv2DBackpropInput } from './kernels/conv2d-gradient.js';
import { conv3DBackpropInput } from './kernels/conv3d-gradient.js';
import { depthwiseBackpropFilter, depthwiseBackpropInput } from './kernels/depthwise-conv2d-gradient.js';
import { einsum } from './kernels/einsum.js';
import { clipByValue, sqrt } from './kernels/elementwise.js';
import { gather } from './kernels/gather.js';
import type { KernelPatch } from './kernels/kernel-patch.js';
import { batchMatMul, fusedMatMul } from './kernels/mat-mul.js';
import { avgPool3DGrad, avgPoolGrad, maxPool3DGrad, maxPoolGrad } from './kernels/pooling-gradient.js';
import { mean, sum } from './kernels/reduce.js';
import { slice } from './kernels/slice.js';
import { unsortedSegmentSum } from './kernels/unsorted-segment-sum.js';

/** Every kernel that is replaced or supplied. */
export const kernelPatches: readonly KernelPatch[] = [
  avgPool3DGrad,
  avgPoolGrad,
  batchMatMul,
  clipByValue,
  conv2DBackpropFilter,
  conv2DBackpropInput,
  conv3DBackpropInput,
  depthwiseBackpropFilter,
  depthwiseBackpropInput,
  einsum,
  fusedMatMul,
  gather,
  maxPool3DGrad,
  maxPoolGrad,
  mean,
  slice,
  sqrt,
  sum,
  unsortedSegmentSum,
];

/** Every gradient that is replaced. */
export const gradientPatches: readonly GradientPatch[] = [fusedBatchNormGradient, mirrorPadGradient];
