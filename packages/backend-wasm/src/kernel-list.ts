import { arithmetic } from './kernels/arithmetic.js';
import { avgPoolGradients } from './kernels/avg-pool-gradient.js';
import { conv2DBackpropFilter, conv2DBackpropInput } from './kernels/conv2d-gradient.js';
import { conv3DBackpropFilter, conv3DBackpropInput } from './kernels/conv3d-gradient.js';
import { depthwiseBackpropFilter, depthwiseBackpropInput } from './kernels/depthwise-conv2d-gradient.js';
import { einsum } from './kernels/einsum.js';
import { clipByValue, relu6, sign, sqrt } from './kernels/elementwise.js';
import { extremes } from './kernels/extremes.js';
import { fusedRelu6 } from './kernels/fused-relu6.js';
import { cast, identity } from './kernels/identity.js';
import { gather } from './kernels/gather.js';
import type { KernelPatch } from './kernels/kernel-patch.js';
import { batchMatMul, fusedMatMul } from './kernels/mat-mul.js';
import { maxPoolGradients } from './kernels/max-pool-gradient.js';
import { avgPool, maxPool, maxPool3D } from './kernels/pooling.js';
import { oneHot } from './kernels/one-hot.js';
import { mean, sum } from './kernels/reduce.js';
import { slice } from './kernels/slice.js';
import { unsortedSegmentSum } from './kernels/unsorted-segment-sum.js';

/** Every kernel that is replaced or supplied. */
export const kernelPatches: readonly KernelPatch[] = [
  ...arithmetic,
  avgPool,
  ...avgPoolGradients,
  batchMatMul,
  cast,
  clipByValue,
  conv2DBackpropFilter,
  conv2DBackpropInput,
  conv3DBackpropFilter,
  conv3DBackpropInput,
  depthwiseBackpropFilter,
  depthwiseBackpropInput,
  einsum,
  ...extremes,
  fusedMatMul,
  ...fusedRelu6,
  gather,
  identity,
  maxPool,
  maxPool3D,
  ...maxPoolGradients,
  mean,
  oneHot,
  relu6,
  sign,
  slice,
  sqrt,
  sum,
  unsortedSegmentSum,
];
