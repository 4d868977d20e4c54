import { addN } from './kernels/add-n.js';
import { fusedBatchNorm } from './kernels/batch-norm.js';
import { conv2D, fusedConvolutions } from './kernels/fused-activations.js';
import { gather } from './kernels/gather.js';
import type { KernelPatch } from './kernels/kernel-patch.js';
import { batchMatMul, fusedMatMul } from './kernels/mat-mul.js';
import { pads } from './kernels/pad.js';
import { avgPoolGradients, maxPoolGradients, maxPools } from './kernels/pooling.js';
import { pow } from './kernels/pow.js';
import { mean, otherReductions, sum } from './kernels/reduce.js';
import { scans } from './kernels/scan.js';
import { scatterNd, unsortedSegmentSum } from './kernels/segments.js';
import { softmax } from './kernels/softmax.js';
import { unary } from './kernels/unary.js';

/** Every kernel that is replaced or supplied. */
export const kernelPatches: readonly KernelPatch[] = [
  addN,
  ...avgPoolGradients,
  batchMatMul,
  conv2D,
  fusedBatchNorm,
  ...fusedConvolutions,
  fusedMatMul,
  gather,
  ...maxPoolGradients,
  ...maxPools,
  mean,
  ...otherReductions,
  ...pads,
  pow,
  ...scans,
  scatterNd,
  softmax,
  sum,
  ...unary,
  unsortedSegmentSum,
];
