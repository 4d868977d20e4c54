import { borrowed } from './kernels/borrowed.js';
import { prelu, round, step } from './kernels/elementwise.js';
import { explicitPadding } from './kernels/explicit-padding.js';
import type { KernelPatch } from './kernels/kernel-patch.js';
import { matMul } from './kernels/mat-mul.js';
import { maxPool3DGrad } from './kernels/max-pool-3d-gradient.js';
import { maxPool } from './kernels/max-pool.js';
import { reductions } from './kernels/reduce.js';

/** Every kernel that is replaced or supplied. A later patch of the same kernel builds on an earlier one. */
export const kernelPatches: readonly KernelPatch[] = [
  ...matMul,
  round,
  prelu,
  step,
  ...maxPool,
  maxPool3DGrad,
  ...reductions,
  ...explicitPadding,
  ...borrowed,
];
