import { expect, test } from 'vitest';
import { GraphBuilder } from '../../../graph/builder.js';
import type { Graph, Value } from '../../../graph/graph.js';
import { OnnxBuilder } from '../onnx-builder.js';
import { splitUpdates } from './split-updates.js';

const ops = ({ nodes }: Graph): string[] => nodes.map(({ op }) => op);
const names = (list: Graph['inputs']): string[] => list.map(({ name }) => name);

/** One parameter, its momentum, a product that is its gradient, and a learning rate. */
function step(more: (given: { onnx: OnnxBuilder; gradient: Value; next: Value }) => Record<string, Value>) {
  const builder = new GraphBuilder();
  const onnx = new OnnxBuilder(builder);
  const input = (name: string, ...shape: number[]): Value => builder.input(name, { shape, dtype: 'float32' });
  const [w, v, rate] = [input('w', 2, 3), input('v', 2, 3), input('rate')];
  const [x, y] = [input('x', 4, 2), input('y', 4, 3)];
  const residual = onnx.binary('Sub', onnx.gemm(x, w, false, false), y);
  const gradient = onnx.gemm(x, residual, true, false);
  const velocity = onnx.binary('Add', onnx.binary('Mul', v, onnx.number(0.9)), gradient);
  const next = onnx.binary('Sub', w, onnx.binary('Mul', velocity, rate));
  const outputs = { 'next w': next, 'next v': velocity, ...more({ onnx, gradient, next }) };
  return builder.finish(Object.entries(outputs).map(([name, value]) => ({ name, value })));
}
const writes = new Set(['next w', 'next v', 'next seen']);

test('cuts behind the gradient: an optimizer is elementwise, whatever it is', () => {
  const { head, updates, cuts } = splitUpdates(
    step(() => ({})),
    writes,
  );
  expect(ops(head)).toEqual(['Gemm', 'Sub', 'Gemm']);
  expect(ops(updates)).toEqual(['Mul', 'Add', 'Mul', 'Sub']);
  expect(names(head.inputs)).toEqual(['w', 'x', 'y']);
  expect(names(head.outputs)).toEqual(cuts);
  expect(names(updates.inputs).sort()).toEqual([...cuts, 'rate', 'v', 'w'].sort());
  expect(names(updates.outputs)).toEqual(['next w', 'next v']);
  expect(updates.inputs.find(({ name }) => name === cuts[0])!.value.shape).toEqual([2, 3]);
});

test('what a result needs stays: the update whose size is reported is computed where the result is', () => {
  const graph = step(({ onnx, next }) => ({ size: onnx.reduce('ReduceSum', next, 0, false) }));
  const { head, updates, cuts } = splitUpdates(graph, writes);
  expect(ops(head)).toEqual(['Gemm', 'Sub', 'Gemm', 'Mul', 'Add', 'Mul', 'Sub', 'ReduceSum']);
  expect(ops(updates)).toEqual([]);
  expect(names(head.outputs)).toEqual(['size', ...cuts]);
  expect(names(updates.outputs)).toEqual(['next w', 'next v']);
});

test('truths are handed over as whole numbers', () => {
  const graph = step(({ onnx, gradient }) => {
    const positive = onnx.reduce(
      'ReduceMax',
      onnx.cast(onnx.test('Greater', gradient, onnx.number(0)), 'float32'),
      0,
      false,
    );
    return {
      any: positive,
      'next seen': onnx.test('Greater', onnx.reduce('ReduceSum', gradient, 0, false), onnx.number(0)),
    };
  });
  const { head, updates } = splitUpdates(graph, writes);
  const types = (list: Graph['inputs']): string[] => list.map(({ value }) => value.dtype);
  expect(types(head.outputs)).not.toContain('bool');
  expect(types(updates.inputs)).not.toContain('bool');
  expect(updates.outputs.find(({ name }) => name === 'next seen')!.value.dtype).toBe('bool');
});

test('a step that keeps no state is left whole', () => {
  const graph = step(() => ({}));
  const { head, updates, cuts } = splitUpdates(graph, new Set());
  expect(ops(head)).toEqual(ops(graph));
  expect(ops(updates)).toEqual([]);
  expect(cuts).toEqual([]);
});
