import type {
  Dataset,
  HostBatch,
  Loss,
  Optimizer,
  Plugin,
  Run,
  RunRecord,
  Tensors,
  Trainer,
} from '@espalier/core';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { Sequential } from '@tensorflow/tfjs-layers';

/*
 * What the examples in docstrings may use without saying where it comes from. A name that is neither here nor exported
 * by a package must be made in the example.
 */

export declare const model: Sequential;
export declare const trainer: Trainer;
export declare const loss: Loss;
export declare const optimizer: Optimizer;
export declare const plugins: readonly Plugin[];

export declare const data: Dataset;
export declare const train: Dataset;
export declare const validation: Dataset;
export declare const test: Dataset;

export declare const batch: HostBatch;
export declare const epoch: number;
export declare const record: RunRecord;
export declare const run: Run;
export declare const options: Readonly<Record<string, unknown>>;

export declare const parameters: Tensors;
export declare const gradients: Tensors;
export declare const slots: Tensors;

export declare const logits: Tensor2D;
export declare const labels: Tensor;
export declare const predictions: Tensor;
export declare const targets: Tensor;
export declare const x: Tensor;
export declare const y: Tensor;
export declare const scalar: Scalar;
