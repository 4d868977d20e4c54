import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { sizeOfShape, type Uniform, type WebgpuBackend } from '../webgpu-backend.js';

/** A compute shader over flat arrays. */
export interface Shader {
  /** Names the shader; shaders with the same name have the same text. */
  readonly name: string;
  /** WGSL names of the inputs, `array<f32>` or (whole numbers, truth values) `array<i32>`. */
  readonly inputs: readonly string[];
  /** Numbers that the text reads as `uniforms.<name>`. */
  readonly integers?: Readonly<Record<string, number>>;
  readonly floats?: Readonly<Record<string, number>>;
  /** Functions and workgroup variables. */
  readonly declarations?: string;
  /** Threads of a workgroup. Default 64. */
  readonly threads?: number;
  /** How many threads share a result. Default 1: the text runs once for each, its position in `index`. */
  readonly threadsPerResult?: number;
  /** WGSL statements. */
  readonly body: string;
}

/** Runs a shader; the output's values are written by its text as `result[...]` or with `setOutputAtIndex`. */
export function runShader(
  backend: WebgpuBackend,
  {
    name,
    inputs,
    integers = {},
    floats = {},
    declarations = '',
    threads = 64,
    threadsPerResult,
    body,
  }: Shader,
  tensors: readonly TensorInfo[],
  outputShape: number[],
  dtype: DataType,
  /** Invocations, where they are fewer than results. */
  invocations = sizeOfShape(outputShape) * (threadsPerResult ?? 1),
): TensorInfo {
  const uniforms: Uniform[] = [
    ...Object.values(integers).map((value): Uniform => ({ type: 'int32', data: [value] })),
    ...Object.values(floats).map((value): Uniform => ({ type: 'float32', data: [value] })),
  ];
  const declared = [
    ...Object.keys(integers).map((key) => `${key} : i32, `),
    ...Object.keys(floats).map((key) => `${key} : f32, `),
  ].join('');
  return backend.runWebGPUProgram(
    {
      outputShape,
      variableNames: inputs,
      uniforms: declared,
      workgroupSize: [threads, 1, 1],
      dispatchLayout: { x: outputShape.map((_, axis) => axis) },
      dispatch: [Math.max(1, Math.ceil(invocations / threads)), 1, 1],
      size: true,
      shaderKey: `espalier_${name}`,
      getUserCode: () => `
        ${declarations}
        fn main(index : i32) {
          ${body}
        }`,
    },
    tensors,
    dtype,
    uniforms,
  );
}

/** A body for shaders of one thread per result. */
export function each(body: string): string {
  return `if (index < uniforms.size) { ${body} }`;
}

/** A tensor filled with one value. */
export function filled(backend: WebgpuBackend, shape: number[], dtype: DataType, value: number): TensorInfo {
  const size = sizeOfShape(shape);
  const values = dtype === 'float32' ? new Float32Array(size) : new Int32Array(size);
  return backend.makeTensorInfo(shape, dtype, values.fill(value));
}
