import { expect, test } from 'vitest';
import { GraphBuilder } from '../../../graph/builder.js';
import type { Graph } from '../../../graph/graph.js';
import { webGpuGaps } from './webgpu-gaps.js';

function convolution(input: number, filter: number, pads: readonly number[]): Graph {
  const builder = new GraphBuilder();
  const x = builder.input('x', { shape: [1, 2, input, input], dtype: 'float32' });
  const w = builder.input('w', { shape: [3, 2, filter, filter], dtype: 'float32' });
  const extent = input + pads[0]! + pads[2]! - filter + 1;
  const [y] = builder.add({
    op: 'Conv',
    inputs: [x, w],
    attributes: { pads },
    outputs: [{ shape: [1, 3, extent, extent], dtype: 'float32' }],
  });
  return builder.finish([{ name: 'y', value: y! }]);
}

function pooling(outputs: number): Graph {
  const builder = new GraphBuilder();
  const x = builder.input('x', { shape: [1, 1, 4, 4], dtype: 'float32' });
  const spec = { shape: [1, 1, 3, 3], dtype: 'float32' } as const;
  const [y] = builder.add({
    op: 'MaxPool',
    inputs: [x],
    outputs: [spec, { ...spec, dtype: 'int64' } as const].slice(0, outputs),
  });
  return builder.finish([{ name: 'y', value: y! }]);
}

test('finds convolutions whose padding at the end is forgotten', () => {
  const found = (...parts: Parameters<typeof convolution>): number =>
    webGpuGaps(convolution(...parts)).length;
  expect(found(6, 6, [0, 0, 1, 1])).toBe(1);
  expect(found(6, 1, [0, 0, 0, 1])).toBe(1);
  expect(found(6, 6, [0, 0, 0, 0])).toBe(0);
  expect(found(6, 6, [1, 1, 1, 1])).toBe(0);
  expect(found(6, 5, [0, 0, 1, 1])).toBe(0);
});

test('finds max pooling that gives indices', () => {
  expect(webGpuGaps(pooling(2))).toHaveLength(1);
  expect(webGpuGaps(pooling(1))).toHaveLength(0);
});
