import type * as core from '@espalier/core/internal';
import type { KernelFunc, NamedAttrMap, Tensor, TensorInfo } from '@tensorflow/tfjs-core';

/** A kernel as TensorFlow.js calls it. Those of tfjs-node answer with tensors. */
export type NodeKernel = (args: KernelArguments) => Tensor;

/** The arguments of a kernel. */
export interface KernelArguments {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly attrs: NamedAttrMap;
  readonly backend: Parameters<KernelFunc>[0]['backend'];
}

/** One kernel that this package puts right. */
export type KernelPatch = core.KernelPatch<NodeKernel>;
