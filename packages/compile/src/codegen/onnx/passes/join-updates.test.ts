import { describe, expect, it } from 'vitest';
import { expectSameBits, graphOf, ops, runGraph } from '../../../../testing/run-graph.js';
import type { TensorArray } from '../../../graph/element-type.js';
import type { Graph, Value } from '../../../graph/graph.js';
import { hoistConcat } from './hoist-concat.js';
import { flattenInputs, flattenOutputs } from './flat-tensors.js';
import { joinUpdates } from './join-updates.js';
import { simplifyOperators } from './simplify-operators.js';

const shapes: Record<string, number[]> = { a: [2, 3], b: [3], c: [4, 1] };

/** Gradient descent with momentum on three parameters, whose gradients depend on all of them. */
function descent(extra: (next: Record<string, Value>) => Record<string, Value> = () => ({})): Graph {
  return graphOf((onnx, input) => {
    const outputs: Record<string, Value> = {};
    const next: Record<string, Value> = {};
    const rate = input('rate');
    const parameters = Object.entries(shapes).map(
      ([name, shape]) => [name, input(`p/${name}`, ...shape)] as const,
    );
    const total = parameters
      .map(([, p]) => onnx.reduce('ReduceSum', onnx.binary('Mul', p, p), undefined, false))
      .reduce((sum, x) => onnx.binary('Add', sum, x));
    for (const [name, p] of parameters) {
      const gradient = onnx.binary('Mul', onnx.unary('Tanh', p), total);
      const m = onnx.binary(
        'Add',
        onnx.binary('Mul', input(`m/${name}`, ...p.shape), onnx.number(0.9)),
        gradient,
      );
      next[name] = onnx.binary('Sub', p, onnx.binary('Mul', m, rate));
      outputs[`next/m/${name}`] = m;
      outputs[`next/p/${name}`] = next[name]!;
    }
    return { ...outputs, ...extra(next) };
  });
}

const carry = new Map(
  Object.keys(shapes).flatMap((name) =>
    [`p/${name}`, `m/${name}`].map((path) => [`next/${path}`, path] as const),
  ),
);

/** The inputs of the packed graph, made from those that runGraph gives to the plain one, and its outputs taken apart. */
async function runPacked(graph: Graph, plain: Graph): Promise<Record<string, TensorArray>> {
  const { graph: packed, packs } = joinUpdates(plain, carry);
  expect(packed).toBeDefined();
  const given: Record<string, TensorArray> = {};
  const of = new Map(plain.inputs.map(({ name, value }) => [name, value]));
  for (const { name, members } of packs)
    given[name] = Float32Array.from(
      members.flatMap((member) => {
        const count = of.get(member)!.shape.reduce((a, b) => a * b, 1);
        return Array.from({ length: count }, (_, i) => Math.fround(Math.sin(3 * i + member.length) * 2));
      }),
    );
  const results = await runGraph(graph, given);
  const outputs: Record<string, TensorArray> = {};
  for (const [name, data] of Object.entries(results)) {
    const pack = packs.find((one) => `next/${one.name}` === name);
    if (!pack) outputs[name] = data;
    let at = 0;
    for (const member of pack?.members ?? []) {
      const count = of.get(member)!.shape.reduce((a, b) => a * b, 1);
      outputs[`next/${member}`] = data.slice(at, at + count);
      at += count;
    }
  }
  return outputs;
}

describe('flattenInputs and flattenOutputs', () => {
  it('change how tensors are passed, and nothing else', async () => {
    const graph = graphOf((onnx, input) => ({
      y: onnx.unary('Exp', input('x', 2, 2)),
      z: onnx.unary('Neg', input('w', 3)),
    }));
    const packed = flattenOutputs(flattenInputs(graph, { name: 'in', members: ['x', 'w'] }), {
      name: 'out',
      members: ['z', 'y'],
    });
    expect(packed.inputs.map(({ name }) => name)).toEqual(['in']);
    const numbers = [0.5, -1, 2, 0, 3, 4, 5];
    const { out } = await runGraph(packed, { in: Float32Array.from(numbers) });
    const separate = await runGraph(graph, {
      x: Float32Array.from(numbers.slice(0, 4)),
      w: Float32Array.from(numbers.slice(4)),
    });
    expect([...(out as Float32Array)]).toEqual([
      ...(separate['z'] as Float32Array),
      ...(separate['y'] as Float32Array),
    ]);
  });
});

describe('joinUpdates', () => {
  it('updates together what is updated alike, with the same bits', async () => {
    const plain = descent();
    const { graph, packs, carry: carried } = joinUpdates(simplifyOperators(plain), carry);
    expect(packs.map(({ members }) => members)).toEqual([
      ['m/a', 'm/b', 'm/c'],
      ['p/a', 'p/b', 'p/c'],
    ]);
    expect([...carried]).toEqual([
      ['next/pack/0', 'pack/0'],
      ['next/pack/1', 'pack/1'],
    ]);
    expect(ops(graph).filter((op) => op === 'Sub')).toEqual(['Sub']);
    expect(await runPacked(graph, plain)).toEqual(await runGraph(plain));
  });

  it('gives the pieces to others that read a result', async () => {
    const plain = descent((next) => ({ a: next['a']! }));
    const { graph } = joinUpdates(simplifyOperators(plain), carry);
    expect(ops(graph).filter((op) => op === 'Sub')).toEqual(['Sub']);
    expect(await runPacked(graph, plain)).toEqual(await runGraph(plain));
  });

  it('keeps apart what is updated differently, and leaves single tensors alone', () => {
    const graph = graphOf((onnx, input) => ({
      'next/a': onnx.binary('Mul', input('a', 2), onnx.number(0.5)),
      'next/b': onnx.binary('Mul', input('b', 3), onnx.number(0.5)),
      'next/c': onnx.binary('Mul', input('c', 4), onnx.number(0.25)),
      'next/d': input('d', 4),
    }));
    const pairs = new Map(['a', 'b', 'c', 'd'].map((name) => [`next/${name}`, name]));
    expect(joinUpdates(graph, pairs).packs).toEqual([{ name: 'pack/0', members: ['a', 'b'] }]);
  });

  it('leaves large tensors alone', () => {
    const graph = graphOf((onnx, input) => ({
      'next/a': onnx.unary('Neg', input('a', 300, 300)),
      'next/b': onnx.unary('Neg', input('b', 300, 300)),
    }));
    expect(
      joinUpdates(
        graph,
        new Map([
          ['next/a', 'a'],
          ['next/b', 'b'],
        ]),
      ).packs,
    ).toEqual([]);
  });
});

describe('hoistConcat', () => {
  it('computes one by one where members depend on each other', async () => {
    const graph = graphOf((onnx, input) => {
      const x = onnx.unary('Tanh', input('x', 3));
      const y = onnx.unary('Tanh', x);
      return { out: onnx.concat([x, y], 0) };
    });
    await expectSameBits(graph, hoistConcat(graph));
  });
});
