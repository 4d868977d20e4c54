import { describe, expect, it } from 'vitest';
import { applied, expectSameBits, graphOf, ops, runGraph } from '../../../../testing/run-graph.js';
import { expectClose } from '../../../../testing/agree.js';
import { convBias } from './conv-bias.js';
import { forCpu } from './for-cpu.js';
import { gemm } from './gemm.js';
import { reshapes } from './reshapes.js';
import { simplifyOperators } from './simplify-operators.js';

describe('reshapes', () => {
  it('joins chains and drops round trips', async () => {
    const graph = graphOf((onnx, input) => {
      const x = input('x', 2, 3, 4);
      const back = onnx.transpose(onnx.transpose(x, [2, 0, 1]), [1, 2, 0]);
      const once = onnx.transpose(onnx.transpose(x, [1, 0, 2]), [2, 0, 1]);
      return {
        flat: onnx.unary('Neg', onnx.reshape(onnx.reshape(back, [6, 4]), [24])),
        turned: onnx.unary('Neg', once),
        same: onnx.unary('Neg', onnx.reshape(onnx.reshape(x, [24]), [2, 3, 4])),
      };
    });
    const less = simplifyOperators(graph);
    expect(ops(less).sort()).toEqual(['Neg', 'Neg', 'Reshape', 'Transpose']);
    await expectSameBits(graph, less);
  });

  it('takes a transpose that moves only axes of one for a reshape', async () => {
    const graph = graphOf((onnx, input) => ({
      y: onnx.unary('Neg', onnx.transpose(input('x', 2, 5, 6, 1), [0, 3, 1, 2])),
    }));
    const less = applied(graph, reshapes);
    expect(ops(less)).toEqual(['Reshape', 'Neg']);
    await expectSameBits(graph, less);
  });
});

describe('casts', () => {
  it('go straight from truth values to numbers', async () => {
    const graph = graphOf((onnx, input) => {
      const truth = onnx.test('Less', input('x', 4), onnx.number(0));
      return {
        y: onnx.cast(onnx.cast(truth, 'int32'), 'float32'),
        z: onnx.cast(onnx.cast(input('w', 4), 'int32'), 'float32'),
      };
    });
    const less = simplifyOperators(graph);
    expect(ops(less).filter((op) => op === 'Cast').length).toBe(3);
    await expectSameBits(graph, less);
  });
});

describe('gemm', () => {
  it('takes in transposes and a bias', async () => {
    const graph = graphOf((onnx, input) => {
      const product = onnx.gemm(
        onnx.transpose(input('a', 3, 2), [1, 0]),
        onnx.transpose(input('b', 4, 3), [1, 0]),
      );
      return { y: onnx.binary('Add', product, input('bias', 4)) };
    });
    const less = simplifyOperators(graph);
    expect(ops(less)).toEqual(['Gemm']);
    expect(less.nodes[0]!.inputs.length).toBe(3);
    expectClose((await runGraph(less))['y'] as Float32Array, (await runGraph(graph))['y'] as Float32Array, {
      absolute: 1e-6,
    });
  });

  it('leaves a product alone that others read, or that is added to a whole matrix', () => {
    const shared = graphOf((onnx, input) => {
      const product = onnx.gemm(input('a', 2, 3), input('b', 3, 4));
      return { product, y: onnx.binary('Add', product, input('bias', 4)) };
    });
    expect(ops(applied(shared, gemm))).toEqual(['Gemm', 'Add']);
    const whole = graphOf((onnx, input) => ({
      y: onnx.binary('Add', onnx.gemm(input('a', 2, 3), input('b', 3, 4)), input('c', 2, 4)),
    }));
    expect(ops(applied(whole, gemm))).toEqual(['Gemm', 'Add']);
    const column = graphOf((onnx, input) => ({
      y: onnx.binary('Add', onnx.gemm(input('a', 4, 3), input('b', 3, 4)), input('c', 4, 1)),
    }));
    expect(ops(applied(column, gemm))).toEqual(['Gemm', 'Add']);
  });
});

describe('flatProducts', () => {
  it('takes a batch of one for a matrix, and its bias along', async () => {
    const graph = graphOf((onnx, input) => {
      const a = onnx.reshape(input('a', 4, 3), [1, 4, 3]);
      const b = onnx.reshape(input('b', 3, 2), [1, 3, 2]);
      const product = onnx.op('MatMul', [a, b], { shape: [1, 4, 2], dtype: 'float32' });
      return { y: onnx.reshape(onnx.binary('Add', product, input('bias', 2)), [4, 2]) };
    });
    const less = simplifyOperators(graph);
    expect(ops(less)).toEqual(['Gemm']);
    expectClose((await runGraph(less))['y'] as Float32Array, (await runGraph(graph))['y'] as Float32Array, {
      absolute: 1e-6,
    });
  });

  it('leaves batches alone', () => {
    const graph = graphOf((onnx, input) => ({
      y: onnx.op('MatMul', [input('a', 2, 4, 3), input('b', 1, 3, 2)], {
        shape: [2, 4, 2],
        dtype: 'float32',
      }),
    }));
    expect(ops(simplifyOperators(graph))).toEqual(['MatMul']);
  });
});

describe('convBias', () => {
  it('takes in one number per channel', async () => {
    const graph = graphOf((onnx, input) => {
      const y = onnx.op(
        'Conv',
        [input('x', 1, 2, 5, 5), input('w', 3, 2, 3, 3)],
        { shape: [1, 3, 3, 3], dtype: 'float32' },
        { kernel_shape: [3, 3] },
      );
      return { y: onnx.binary('Add', y, onnx.reshape(input('bias', 3), [1, 3, 1, 1])) };
    });
    const less = simplifyOperators(applied(graph, convBias));
    expect(ops(less)).toEqual(['Conv']);
    expectClose((await runGraph(less))['y'] as Float32Array, (await runGraph(graph))['y'] as Float32Array, {
      absolute: 1e-5,
    });
  });

  it('leaves a bias along another axis alone', () => {
    const graph = graphOf((onnx, input) => {
      const y = onnx.op(
        'Conv',
        [input('x', 1, 2, 5, 5), input('w', 3, 2, 3, 3)],
        { shape: [1, 3, 3, 3], dtype: 'float32' },
        { kernel_shape: [3, 3] },
      );
      return { y: onnx.binary('Add', y, input('bias', 3)) };
    });
    expect(ops(simplifyOperators(graph))).toEqual(['Conv', 'Add']);
  });
});

describe('byteScale', () => {
  it('has products scale bytes', async () => {
    const graph = graphOf((onnx, input) => {
      const bytes = onnx.graph.input('x', { shape: [6], dtype: 'uint8' });
      const numbers = onnx.binary('Mul', onnx.cast(bytes, 'float32'), onnx.number(1 / 255));
      const [x, w] = [onnx.reshape(numbers, [2, 3]), input('w', 3, 2)];
      return { y: onnx.gemm(x, w), z: onnx.gemm(w, x) };
    });
    const less = forCpu(graph);
    expect(ops(less)).toEqual(['Cast', 'Reshape', 'Gemm', 'Gemm']);
    const x = Uint8Array.of(0, 1, 7, 100, 254, 255);
    const w = Float32Array.of(1, -2, 3, 0.5, -1, 4);
    const { y, z } = await runGraph(less, { x, w });
    expectClose(
      y as Float32Array,
      [-4, 28.5, 607, 947].map((sum) => sum / 255),
      { absolute: 1e-6 },
    );
    expectClose(
      z as Float32Array,
      [-200, -507, -503, 50, 130, 148.5, 400, 1015, 1013].map((sum) => sum / 255),
      { absolute: 1e-6 },
    );
  });

  it('leaves other numbers, which might overflow', () => {
    const graph = graphOf((onnx, input) => ({
      y: onnx.gemm(onnx.binary('Mul', input('x', 2, 3), onnx.number(1e-30)), input('w', 3, 4)),
    }));
    expect(ops(forCpu(graph))).toEqual(['Mul', 'Gemm']);
  });
});

describe('channelAffine', () => {
  it('makes one pass of a scale and an offset per channel, and of a mean and a scale', async () => {
    const graph = graphOf((onnx, input) => {
      const x = input('x', 4, 8, 16, 16);
      const vector = (name: string) => onnx.reshape(input(name, 8), [1, 8, 1, 1]);
      const scaled = onnx.binary('Add', onnx.binary('Mul', x, vector('scale')), vector('offset'));
      const [mean, factor] = [vector('mean'), vector('factor')];
      const centred = onnx.binary('Mul', factor, onnx.binary('Sub', x, mean));
      return { scaled, centred, turned: onnx.binary('Mul', onnx.binary('Sub', mean, x), factor) };
    });
    const less = forCpu(graph);
    expect(ops(less).filter((op) => op === 'BatchNormalization').length).toBe(2);
    expect(ops(less).filter((op) => op === 'Sub').length).toBe(1);
    const [before, after] = [await runGraph(graph), await runGraph(less)];
    for (const name of Object.keys(before))
      expectClose(after[name] as Float32Array, before[name] as Float32Array, { absolute: 1e-5 });
  });

  it('leaves what others read, and other axes, alone', () => {
    const graph = graphOf((onnx, input) => {
      const x = input('x', 4, 8, 16, 16);
      const product = onnx.binary('Mul', x, onnx.reshape(input('scale', 8), [1, 8, 1, 1]));
      const columns = onnx.binary('Add', onnx.binary('Mul', x, input('a', 16)), input('b', 16));
      return {
        product,
        sum: onnx.binary('Add', product, onnx.reshape(input('offset', 8), [1, 8, 1, 1])),
        columns,
      };
    });
    expect(ops(forCpu(graph)).filter((op) => op === 'BatchNormalization')).toEqual([]);
  });
});

describe('layout', () => {
  const last = [0, 2, 3, 1];
  const first = [0, 3, 1, 2];

  it('moves transposes behind elementwise operators, reductions and padding until they cancel', async () => {
    const graph = graphOf((onnx, input) => {
      const x = onnx.transpose(input('x', 2, 3, 4, 5), last);
      const shifted = onnx.binary('Add', onnx.unary('Relu', x), input('bias', 3));
      const mean = onnx.reduce('ReduceMean', shifted, [0, 1, 2], true);
      const centred = onnx.binary('Mul', onnx.binary('Sub', shifted, mean), input('scale', 1, 1, 1, 3));
      const pads = onnx.longs([0, 1, 0, 0, 0, 2, 0, 0]);
      const padded = onnx.op('Pad', [centred, pads, onnx.number(0)], {
        shape: [2, 7, 5, 3],
        dtype: 'float32',
      });
      const wide = onnx.concat([padded, padded], 3);
      return { y: onnx.transpose(wide, first) };
    });
    const less = simplifyOperators(graph);
    expect(ops(less).filter((op) => op === 'Transpose')).toEqual([]);
    await expectSameBits(graph, less);
  });

  it('keeps the order of what a reduction leaves', async () => {
    const graph = graphOf((onnx, input) => {
      const x = onnx.transpose(input('x', 2, 3, 4), [2, 0, 1]);
      return { sum: onnx.reduce('ReduceSum', x, [1], false), max: onnx.reduce('ReduceMax', x, [0], false) };
    });
    await expectSameBits(graph, simplifyOperators(graph));
  });

  it('sees through the merging of all axes but the last', async () => {
    const graph = graphOf((onnx, input) => {
      const rows = onnx.reshape(onnx.transpose(input('x', 2, 8, 4, 5), last), [40, 8]);
      const mean = onnx.reduce('ReduceMean', rows, [0], false);
      const wide = onnx.reduce('ReduceMax', onnx.unary('Abs', rows), [0], true);
      const centred = onnx.binary('Div', onnx.binary('Sub', rows, mean), wide);
      const column = onnx.binary('Mul', centred, input('column', 40, 1));
      const total = onnx.reduce('ReduceSum', column, [0, 1], false);
      return { y: onnx.transpose(onnx.reshape(column, [2, 4, 5, 8]), first), total };
    });
    const less = simplifyOperators(graph);
    expect(
      less.nodes.filter(({ op, outputs }) => op === 'Transpose' && outputs[0]!.shape.includes(8)),
    ).toEqual([]);
    const [before, after] = [await runGraph(graph), await runGraph(less)];
    for (const name of Object.keys(before))
      expectClose(after[name] as Float32Array, before[name] as Float32Array, { absolute: 1e-5 });
  });

  it('does not drag large tensors of another layout along', () => {
    const graph = graphOf((onnx, input) => ({
      y: onnx.binary('Add', onnx.transpose(input('x', 4, 8, 8, 8), last), input('z', 4, 8, 8, 8)),
    }));
    expect(ops(simplifyOperators(graph))).toEqual(['Transpose', 'Add']);
  });
});
