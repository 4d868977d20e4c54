import { backend_util } from '@tensorflow/tfjs-core';
import type { KernelArguments } from '../webgpu-backend.js';

type Size3 = readonly [number, number, number];

/** The geometry of a pooling over `[batch, depth, height, width, channels]`; images have depth 1. */
export interface Pooling {
  readonly batch: number;
  readonly channels: number;
  readonly input: Size3;
  readonly output: Size3;
  readonly window: Size3;
  readonly strides: Size3;
  readonly padding: Size3;
  readonly outputShape: number[];
}

/** The geometry of a kernel's attributes, for an input of that shape. */
export function poolingOf(inputShape: number[], attrs: KernelArguments['attrs']): Pooling {
  return inputShape.length === 4 ? pool2d(inputShape, attrs) : pool3d(inputShape, attrs);
}

function pool2d(inputShape: number[], attrs: KernelArguments['attrs']): Pooling {
  const info = backend_util.computePool2DInfo(
    inputShape as [number, number, number, number],
    attrs['filterSize'] as [number, number],
    attrs['strides'] as [number, number],
    1,
    attrs['pad'] as number,
    attrs['dimRoundingMode'] as 'floor' | undefined,
  );
  return {
    batch: info.batchSize,
    channels: info.inChannels,
    input: [1, info.inHeight, info.inWidth],
    output: [1, info.outHeight, info.outWidth],
    window: [1, info.filterHeight, info.filterWidth],
    strides: [1, info.strideHeight, info.strideWidth],
    padding: [0, info.padInfo.top, info.padInfo.left],
    outputShape: info.outShape,
  };
}

function pool3d(inputShape: number[], attrs: KernelArguments['attrs']): Pooling {
  const info = backend_util.computePool3DInfo(
    inputShape as [number, number, number, number, number],
    attrs['filterSize'] as [number, number, number],
    attrs['strides'] as [number, number, number],
    1,
    attrs['pad'] as number,
    attrs['dimRoundingMode'] as 'floor' | undefined,
  );
  return {
    batch: info.batchSize,
    channels: info.inChannels,
    input: [info.inDepth, info.inHeight, info.inWidth],
    output: [info.outDepth, info.outHeight, info.outWidth],
    window: [info.filterDepth, info.filterHeight, info.filterWidth],
    strides: [info.strideDepth, info.strideHeight, info.strideWidth],
    padding: [info.padInfo.front, info.padInfo.top, info.padInfo.left],
    outputShape: info.outShape,
  };
}

const axes = ['Z', 'Y', 'X'] as const;

/** The geometry as uniforms: `inZ`, `outZ`, `windowZ`, `strideZ`, `padZ`, the same for Y and X, and `channels`. */
export function integersOf(pooling: Pooling): Record<string, number> {
  const parts = {
    in: pooling.input,
    out: pooling.output,
    window: pooling.window,
    stride: pooling.strides,
    pad: pooling.padding,
  };
  const uniforms: Record<string, number> = { channels: pooling.channels };
  for (const [name, sizes] of Object.entries(parts))
    axes.forEach((axis, i) => (uniforms[name + axis] = sizes[i]!));
  return uniforms;
}

/** WGSL that splits a flat index over `[batch, Z, Y, X, channels]` into `n`, `z`, `y`, `x` and `channel`. */
export function splitIndex(side: 'in' | 'out'): string {
  return `
    let channel = index % uniforms.channels;
    var rest = index / uniforms.channels;
    let x = rest % uniforms.${side}X; rest = rest / uniforms.${side}X;
    let y = rest % uniforms.${side}Y; rest = rest / uniforms.${side}Y;
    let z = rest % uniforms.${side}Z;
    let n = rest / uniforms.${side}Z;`;
}

/** WGSL that runs `body` for each cell `iz`, `iy`, `ix` inside the input of the window at `z`, `y`, `x`. */
export function eachCell(body: string): string {
  return nested(
    (axis) => [
      `max(${axis} * uniforms.stride${axis.toUpperCase()} - uniforms.pad${axis.toUpperCase()}, 0)`,
      `min(${axis} * uniforms.stride${axis.toUpperCase()} - uniforms.pad${axis.toUpperCase()} + uniforms.window${axis.toUpperCase()}, uniforms.in${axis.toUpperCase()})`,
    ],
    'i',
    body,
  );
}

/** WGSL that runs `body` for each window `oz`, `oy`, `ox` that has the cell `z`, `y`, `x`. */
export function eachWindow(body: string): string {
  return nested(
    (axis) => {
      const name = axis.toUpperCase();
      const cell = `(${axis} + uniforms.pad${name})`;
      return [
        `max(${cell} - uniforms.window${name} + uniforms.stride${name}, 0) / uniforms.stride${name}`,
        `min(${cell} / uniforms.stride${name} + 1, uniforms.out${name})`,
      ];
    },
    'o',
    body,
  );
}

function nested(bounds: (axis: string) => readonly [string, string], prefix: string, body: string): string {
  return ['x', 'y', 'z'].reduce((inside, axis) => {
    const [from, to] = bounds(axis);
    const name = prefix + axis;
    return `for (var ${name} = ${from}; ${name} < ${to}; ${name} = ${name} + 1) { ${inside} }`;
  }, body);
}
