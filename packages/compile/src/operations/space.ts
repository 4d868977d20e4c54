import { backend_util } from '@tensorflow/tfjs-core';
import type { Value } from '../graph/graph.js';
import { pad } from './array.js';
import type { OnnxBuilder } from '../codegen/onnx/onnx-builder.js';
import { byLowering } from './rule.js';
import type { KernelCall, KernelRules } from './rule.js';

function spaceToBatch(call: KernelCall, onnx: OnnxBuilder): Value {
  const [x, block] = [call.input('x'), call.attribute<number[]>('blockShape')];
  const paddings = [[0, 0], ...call.attribute<number[][]>('paddings')];
  while (paddings.length < x.shape.length) paddings.push([0, 0]);
  const product = block.reduce((a, b) => a * b, 1);
  const full = pad(onnx, x, paddings, 0);
  const parts = backend_util.getReshaped([...full.shape], block, product, false);
  const order = backend_util.getPermuted(parts.length, block.length, false);
  const shape = backend_util.getReshapedPermuted([...full.shape], block, product, false);
  return onnx.reshape(onnx.transpose(onnx.reshape(full, parts), order), shape);
}

function batchToSpace(call: KernelCall, onnx: OnnxBuilder): Value {
  const [x, block] = [call.input('x'), call.attribute<number[]>('blockShape')];
  const crops = call.attribute<number[][]>('crops');
  const product = block.reduce((a, b) => a * b, 1);
  const parts = backend_util.getReshaped([...x.shape], block, product);
  const order = backend_util.getPermuted(parts.length, block.length);
  const shape = backend_util.getReshapedPermuted([...x.shape], block, product);
  const begin = backend_util.getSliceBeginCoords(crops, block.length);
  const size = backend_util.getSliceSize(shape, crops, block.length);
  const whole = onnx.reshape(onnx.transpose(onnx.reshape(x, parts), order), shape);
  const rest = whole.shape.slice(begin.length);
  return onnx.slice(whole, [...begin, ...rest.map(() => 0)], [...size, ...rest]);
}

function depthToSpace(call: KernelCall, onnx: OnnxBuilder): Value {
  const [x, block] = [call.input('x'), call.attribute<number>('blockSize')];
  const nchw = call.attribute<string>('dataFormat') === 'NCHW';
  const last = nchw ? onnx.transpose(x, [0, 2, 3, 1]) : x;
  const [batch, height, width, depth] = last.shape as [number, number, number, number];
  const rest = depth / (block * block);
  const cells = onnx.transpose(
    onnx.reshape(last, [batch, height, width, block, block, rest]),
    [0, 1, 3, 2, 4, 5],
  );
  const image = onnx.reshape(cells, [batch, height * block, width * block, rest]);
  return nchw ? onnx.transpose(image, [0, 3, 1, 2]) : image;
}

/** Kernels that move blocks between batch, depth and space. */
export const spaceRules = {
  BatchToSpaceND: byLowering(batchToSpace),
  DepthToSpace: byLowering(depthToSpace),
  SpaceToBatchND: byLowering(spaceToBatch),
} satisfies KernelRules;
