import { describe, expect, it } from 'vitest';
import { applied, expectSameBits, graphOf, ops } from '../../../../testing/run-graph.js';
import { broadcasts } from './broadcasts.js';
import { commonSubexpressions } from '../../../passes/common-subexpressions.js';
import { deadCode } from '../../../passes/dead-code.js';
import { foldConstants } from './fold-constants.js';
import { identities } from './identities.js';
import { simplifyOperators } from './simplify-operators.js';

describe('deadCode', () => {
  it('drops what no output needs, and nothing else', () => {
    const graph = graphOf((onnx, input) => {
      const x = input('x', 2);
      onnx.unary('Exp', onnx.unary('Neg', x));
      return { y: onnx.unary('Neg', onnx.unary('Abs', x)) };
    });
    expect(ops(deadCode(graph))).toEqual(['Abs', 'Neg']);
  });
});

describe('commonSubexpressions', () => {
  it('computes equal things once, whatever the order of attributes, and unequal ones twice', async () => {
    const graph = graphOf((onnx, input) => {
      const x = input('x', 4);
      const leaky = (alpha: number) => onnx.unary('LeakyRelu', x, { alpha });
      const twice = onnx.binary('Mul', x, onnx.number(2));
      const again = onnx.binary('Mul', x, onnx.number(2));
      return {
        same: onnx.binary('Add', onnx.unary('Exp', twice), onnx.unary('Exp', again)),
        other: onnx.binary('Add', leaky(0.1), leaky(0.2)),
        zeros: onnx.binary(
          'Add',
          onnx.binary('Div', x, onnx.number(0)),
          onnx.binary('Div', x, onnx.number(-0)),
        ),
      };
    });
    const less = commonSubexpressions(graph);
    expect(ops(less).sort()).toEqual([
      'Add',
      'Add',
      'Add',
      'Div',
      'Div',
      'Exp',
      'LeakyRelu',
      'LeakyRelu',
      'Mul',
    ]);
    await expectSameBits(graph, less);
  });
});

describe('commonSubexpressions of attributes that JSON writes alike', () => {
  it('computes each of them', () => {
    const graph = graphOf((onnx, input) => {
      const x = input('x', 4);
      const each = [0, -0, NaN, Infinity, -Infinity].map((alpha) => onnx.unary('LeakyRelu', x, { alpha }));
      return Object.fromEntries(each.map((value, i) => [`y${i}`, value]));
    });
    expect(ops(commonSubexpressions(graph))).toHaveLength(5);
  });
});

describe('foldConstants', () => {
  it('works out operations on repeated numbers in float32', async () => {
    const graph = graphOf((onnx, input) => {
      const third = onnx.binary('Div', onnx.graph.scalar(1, 'float32', [2, 3]), onnx.number(3));
      const moved = onnx.reshape(onnx.transpose(third, [1, 0]), [6]);
      return { y: onnx.binary('Add', input('x', 6), onnx.unary('Sqrt', moved)) };
    });
    const folded = applied(graph, foldConstants);
    expect(ops(folded)).toEqual(['Add']);
    await expectSameBits(graph, folded);
  });
});

describe('identities', () => {
  it('drops only what changes no bit', async () => {
    const graph = graphOf((onnx, input) => {
      const x = input('x', 5);
      const kept = onnx.binary('Add', x, onnx.number(0));
      const dropped = onnx.binary(
        'Sub',
        onnx.binary('Div', onnx.binary('Mul', kept, onnx.number(1)), onnx.number(1)),
        onnx.number(0),
      );
      return { y: dropped };
    });
    const less = applied(graph, identities);
    expect(ops(less)).toEqual(['Add']);
    await expectSameBits(graph, less, { x: Float32Array.of(-0, 0, NaN, Infinity, 1e-40) });
  });

  it('turns division by a power of two into a product, and by nothing else', async () => {
    const graph = graphOf((onnx, input) => {
      const x = input('x', 4);
      return { even: onnx.binary('Div', x, onnx.number(64)), odd: onnx.binary('Div', x, onnx.number(10)) };
    });
    const less = applied(graph, identities);
    expect(ops(less)).toEqual(['Mul', 'Div']);
    await expectSameBits(graph, less);
  });

  it('leaves a product with one alone where it broadcasts', () => {
    const graph = graphOf((onnx, input) => ({
      y: onnx.binary('Mul', input('x', 1), onnx.graph.scalar(1, 'float32', [3])),
    }));
    expect(ops(applied(graph, identities))).toEqual(['Mul']);
  });
});

describe('broadcasts', () => {
  it('computes on the small tensor, and copies where the result is needed', async () => {
    const graph = graphOf((onnx, input) => {
      const row = onnx.expand(input('row', 1, 3), [4, 3]);
      const scaled = onnx.binary(
        'Div',
        onnx.binary('Mul', row, onnx.graph.scalar(2, 'float32', [4, 3])),
        onnx.number(7),
      );
      return { wide: scaled, sum: onnx.binary('Add', scaled, input('x', 4, 3)) };
    });
    const less = simplifyOperators(graph);
    expect(ops(less).sort()).toEqual(['Add', 'Div', 'Expand', 'Mul']);
    expect(less.nodes.find(({ op }) => op === 'Div')!.outputs[0]!.shape).toEqual([1, 3]);
    await expectSameBits(graph, less);
  });

  it('keeps an operator that needs the copies itself', () => {
    const graph = graphOf((onnx, input) => ({
      y: onnx.reduce('ReduceSum', onnx.expand(input('x', 1, 3), [4, 3]), 0, false),
    }));
    expect(ops(applied(graph, broadcasts))).toEqual(['Expand', 'ReduceSum']);
  });
});
