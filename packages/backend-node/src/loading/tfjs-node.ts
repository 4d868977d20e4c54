import type { DataType, Tensor, TensorInfo } from '@tensorflow/tfjs-core';

/** The parts of tfjs-node's `NodeJSKernelBackend` that this package works with. */
export interface NodeBackend {
  readonly isGPUPackage: boolean;
  readonly isUsingGpuDevice: boolean;
  move(dataId: object, values: unknown, shape: readonly number[], dtype: DataType, refCount: number): void;
  getInputTensorIds(tensors: readonly { readonly dataId: object }[]): number[];
  readSync(dataId: object): Float32Array | Int32Array | Uint8Array;
  executeSingleOutput(name: string, attributes: readonly unknown[], inputs: readonly TensorInfo[]): Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: readonly unknown[],
    inputs: readonly TensorInfo[],
    count: number,
  ): Tensor[];
}

/** The addon: what `tfjs_binding.node` exports. */
export interface Addon {
  isUsingGpuDevice(): boolean;
  readonly TF_Version?: string;
}

/** What `require('@tensorflow/tfjs-node')` answers. */
export interface TfjsNode {
  readonly Tensor: unknown;
}
