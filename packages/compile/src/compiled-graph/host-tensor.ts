/** Numbers in plain memory with their shape: what a compiled step takes and gives. */
export interface HostTensor {
  readonly data: Float32Array | Int32Array | Uint8Array;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
}

/** Tensors in plain memory by name. */
export type HostTensors = Readonly<Record<string, HostTensor>>;
