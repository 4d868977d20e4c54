import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';

/** The parts of TensorFlow.js's `BackendWasm` that the kernels of this package work with. */
export interface WasmBackend {
  readonly wasm: EmscriptenModule;
  readonly dataIdMap: { get(dataId: object): WasmTensorData };
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
  incRef(dataId: object): void;
  disposeData(dataId: object, force?: boolean): boolean;
}

/** The emscripten module underneath it. */
export interface EmscriptenModule {
  _malloc(bytes: number): number;
  _free(address: number): void;
  readonly asm: { readonly memory: WebAssembly.Memory };
  readonly tfjs: { dispose: () => void };
}

/** What the backend knows of a tensor. */
export interface WasmTensorData {
  readonly id: number;
  readonly memoryOffset: number;
  readonly shape: number[];
  readonly dtype: DataType;
}

/** The arguments of a kernel, as TensorFlow.js passes them. */
export interface KernelArguments {
  readonly inputs: Record<string, TensorInfo | undefined>;
  readonly attrs: Record<string, unknown>;
  readonly backend: WasmBackend;
}

export type WasmKernel = (args: KernelArguments) => TensorInfo;

/** Number of values of a shape. */
export function sizeOfShape(shape: readonly number[]): number {
  let size = 1;
  for (const dimension of shape) size *= dimension;
  return size;
}

/** Address of a tensor's first byte. */
export function addressOf(backend: WasmBackend, tensor: TensorInfo): number {
  return backend.dataIdMap.get(tensor.dataId).memoryOffset;
}

let buffer: ArrayBufferLike | undefined;
let floats = new Float32Array(0);
let ints = new Int32Array(0);
let bytes = new Uint8Array(0);
let doubles = new Float64Array(0);

function refresh(backend: WasmBackend): void {
  const current = backend.wasm.asm.memory.buffer;
  if (current === buffer) return;
  buffer = current;
  floats = new Float32Array(current);
  ints = new Int32Array(current);
  bytes = new Uint8Array(current);
  doubles = new Float64Array(current);
}

/** The whole memory as floats. Taken again after every allocation: growing detaches older views. */
export function heapFloats(backend: WasmBackend): Float32Array {
  refresh(backend);
  return floats;
}

/** The whole memory as 32-bit integers, under the same rule. */
export function heapInts(backend: WasmBackend): Int32Array {
  refresh(backend);
  return ints;
}

/** The whole memory as bytes, under the same rule. */
export function heapBytes(backend: WasmBackend): Uint8Array {
  refresh(backend);
  return bytes;
}

/** The whole memory as doubles, under the same rule. */
export function heapDoubles(backend: WasmBackend): Float64Array {
  refresh(backend);
  return doubles;
}

/** A view of one tensor's values, valid until the next allocation. Bools are bytes. */
export function valuesOf(backend: WasmBackend, tensor: TensorInfo): Float32Array | Int32Array | Uint8Array {
  const start = addressOf(backend, tensor);
  const size = sizeOfShape(tensor.shape);
  if (tensor.dtype === 'float32') return heapFloats(backend).subarray(start / 4, start / 4 + size);
  if (tensor.dtype === 'int32') return heapInts(backend).subarray(start / 4, start / 4 + size);
  return heapBytes(backend).subarray(start, start + size);
}

/** A view of a float tensor's values, valid until the next allocation. */
export function floatsOf(backend: WasmBackend, tensor: TensorInfo): Float32Array {
  return valuesOf(backend, tensor) as Float32Array;
}
