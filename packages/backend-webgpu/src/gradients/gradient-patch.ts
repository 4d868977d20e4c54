import type { GradConfig } from '@tensorflow/tfjs-core';

/** One gradient that this package puts right. It is made of ordinary ops, so that it serves every backend. */
export interface GradientPatch {
  /** The kernel whose gradient it is. */
  readonly kernelName: string;
  /** What was the matter with the stock gradient, in a few words. */
  readonly reason: string;
  readonly config: GradConfig;
}
