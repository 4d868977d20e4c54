import type { DataType, KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import type { GpuBuffer, GpuDevice } from './gpu-types.js';

/** The parts of TensorFlow.js's `WebGPUBackend` that this package works with. */
export interface WebgpuBackend extends KernelBackend {
  readonly device: GpuDevice;
  readonly tensorMap: { get(dataId: object): TensorData };
  readonly bufferManager: {
    acquireBuffer(size: number, usage: number): GpuBuffer;
    releaseBuffer(buffer: GpuBuffer): void;
  };
  readonly commandEncoder: {
    copyBufferToBuffer(
      from: GpuBuffer,
      fromOffset: number,
      to: GpuBuffer,
      toOffset: number,
      size: number,
    ): void;
  } | null;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  convertAndCacheOnCPU(dataId: object, data: Values): Values;
  makeTensorInfo(shape: number[], dtype: DataType, values?: Values): TensorInfo;
  runWebGPUProgram(
    program: WebgpuProgram,
    inputs: readonly TensorInfo[],
    dtype: DataType,
    uniforms?: readonly Uniform[],
    output?: TensorInfo,
  ): TensorInfo;
  disposeData(dataId: object, force?: boolean): boolean;
  incRef(dataId: object): void;
}

/** Values in plain memory. */
export type Values = Float32Array | Int32Array | Uint8Array;

/** What the backend knows of a tensor. */
export interface TensorData {
  readonly dtype: DataType;
  readonly values: Values | null | undefined;
  readonly resource?: GpuBuffer | null;
}

/** A value that a program gets besides tensors. */
export interface Uniform {
  readonly type: 'int32' | 'float32';
  readonly data: number[];
}

/** A compute shader, as TensorFlow.js wants it described. */
export interface WebgpuProgram {
  readonly outputShape: number[];
  readonly variableNames: readonly string[];
  readonly uniforms: string;
  readonly workgroupSize: readonly [number, number, number];
  readonly dispatchLayout: { readonly x: readonly number[] };
  readonly dispatch: readonly [number, number, number];
  readonly size: boolean;
  /** Programs with the same key are compiled once. */
  readonly shaderKey: string;
  getUserCode(): string;
}

/** The arguments of a kernel, as TensorFlow.js passes them. */
export interface KernelArguments {
  readonly inputs: Readonly<Record<string, TensorInfo | undefined>>;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly backend: WebgpuBackend;
}

export type WebgpuKernel = (args: KernelArguments) => TensorInfo;

/** Number of values of a shape. */
export function sizeOfShape(shape: readonly number[]): number {
  let size = 1;
  for (const dimension of shape) size *= dimension;
  return size;
}

/** A second tensor on the same data, with another shape. Counts as one more user of the data. */
export function reshaped(backend: WebgpuBackend, { dataId, dtype }: TensorInfo, shape: number[]): TensorInfo {
  backend.incRef(dataId);
  return { dataId, dtype, shape };
}
