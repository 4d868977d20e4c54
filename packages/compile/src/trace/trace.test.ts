import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Graph } from '../graph/graph.js';
import { compareTraces } from './compare-traces.js';
import { traceScope } from '@espalier/core/internal';
import { trace } from './trace.js';
import { allKernelNames } from './trace-kernels.js';

await tf.setBackend('cpu');

const x = { name: 'x', shape: [2, 3], dtype: 'float32' } as const;
const traced = (body: (x: Tensor) => Tensor): Graph => trace([x], ([t]) => ({ y: body(t!) }));
const ops = (graph: Graph): string[] => graph.nodes.map(({ op }) => op);

/** Runs `body` and checks that it failed as it should, with tfjs as it was before. */
function failure(body: () => unknown): Error & { code?: string } {
  const before = tf.memory();
  let error: Error | undefined;
  try {
    body();
  } catch (caught) {
    error = caught as Error;
  }
  expect(tf.getBackend()).toBe('cpu');
  expect(tf.memory()).toEqual(before);
  expect(tf.add(1, 2).dataSync()[0]).toBe(3);
  if (!error) throw new Error('it did not fail');
  return error;
}

describe('trace', () => {
  it('records kernels, shapes and constants, and computes nothing', () => {
    const graph = traced((t) => tf.add(tf.matMul(t as tf.Tensor2D, tf.ones([3, 4])), tf.scalar(2)));
    expect(ops(graph)).toEqual(['BatchMatMul', 'Add']);
    expect(graph.outputs[0]!.value.shape).toEqual([2, 4]);
    expect(graph.nodes[0]!.inputs[1]!.constant!.data).toEqual(Float32Array.of(1));
  });

  it('knows every kernel of tfjs by name', () => {
    const names = allKernelNames();
    expect(names.length).toBeGreaterThan(150);
    expect(names).toContain('_FusedMatMul');
    expect(names).toContain('Conv2DBackpropFilter');
  });

  it('needs milliseconds of shapes where numbers would need seconds', () => {
    const graph = trace([{ name: 'x', shape: [100_000, 100_000], dtype: 'float32' }], ([t]) => ({
      y: tf.matMul(t as tf.Tensor2D, t as tf.Tensor2D),
    }));
    expect(graph.outputs[0]!.value.shape).toEqual([100_000, 100_000]);
  });

  it('refuses to read a traced value, and says what was read', () => {
    const error = failure(() =>
      traced((t) => traceScope('plugin clip', () => tf.mul(t, tf.sum(t).dataSync()[0]!))),
    );
    expect(error.code).toBe('impure-step');
    expect(error.message).toContain(
      "reads a tensor's value while it is being traced (the result of Sum in plugin clip)",
    );
    expect(failure(() => traced((t) => tf.scalar(t.arraySync() as number))).message).toContain('an input');
  });

  it('lets constants be read', () => {
    const graph = traced((t) => tf.mul(t, tf.tensor1d([2, 5, 7]).dataSync()[1]!));
    expect(graph.nodes[0]!.inputs[1]!.constant!.data[0]).toBe(5);
    expect(
      traced((t) => tf.add(t, tf.ones([3]).dataSync().length)).nodes[0]!.inputs[1]!.constant!.data[0],
    ).toBe(3);
  });

  it('refuses assignments to variables, and leaves the variable alone', () => {
    const variable = tf.variable(tf.scalar(1));
    const error = failure(() => traced((t) => (variable.assign(tf.sum(t)), t)));
    expect(error.message).toContain(`assigns the variable "${variable.name}"`);
    expect(variable.dataSync()[0]).toBe(1);
    variable.assign(tf.scalar(2));
    expect(variable.dataSync()[0]).toBe(2);
    variable.dispose();
  });

  it('reports assignments to who asks, and the variable reads its new value', () => {
    const variable = tf.variable(tf.scalar(1));
    const assigned: string[] = [];
    const graph = trace(
      [x],
      ([t]) => {
        variable.assign(tf.sum(t!));
        variable.assign(tf.add(variable, 1));
        return { y: tf.mul(variable, 2) };
      },
      { onAssign: (v, value) => assigned.push(`${v.name} ${value.producer!.op}`) },
    );
    expect(assigned).toEqual([`${variable.name} Sum`, `${variable.name} Add`]);
    expect(ops(graph)).toEqual(['Sum', 'Add', 'Multiply']);
    expect(variable.dataSync()[0]).toBe(1);
    variable.dispose();
  });

  it('names a kernel that cannot be compiled, and where it was called', () => {
    const error = failure(() =>
      traced((t) => traceScope('layer odd', () => tf.multinomial(t as tf.Tensor2D, 2, 1))),
    );
    expect(error.code).toBe('unsupported-op');
    expect(error.message).toContain('Kernel Multinomial in layer odd cannot be compiled');
    expect(error.message).toContain('eager');
  });

  it('names an op that has no gradient, and where it was called', () => {
    const error = failure(() =>
      traced((t) => traceScope('loss top', () => tf.grad((u) => tf.topk(u, 1).values)(t))),
    );
    expect(error.code).toBe('unsupported-op');
    expect(error.message).toContain(
      'loss top trains through the op TopK, which has no gradient (on compiled steps)',
    );
  });

  it('cleans up after an error inside a gradient', () => {
    const failing = tf.customGrad((t) => ({
      value: tf.square(t as Tensor),
      gradFunc: () => {
        throw new Error('no gradient today');
      },
    }));
    expect(failure(() => traced((t) => tf.grad((u) => tf.sum(failing(tf.exp(u))))(t))).message).toContain(
      'no gradient today',
    );
    const forward = failure(() =>
      traced((t) =>
        tf.grad((u) => {
          const y = tf.exp(tf.square(u));
          throw new Error(`stop at ${y.rank}`);
        })(t),
      ),
    );
    expect(forward.message).toBe('stop at 2');
  });

  it('forgets tensors and variables that the function keeps', () => {
    const before = tf.memory();
    const graph = traced((t) => {
      tf.keep(tf.exp(t));
      tf.variable(tf.ones([3]), true, 'forgotten');
      return tf.neg(t);
    });
    expect(ops(graph)).toContain('Neg');
    expect(tf.memory()).toEqual(before);
    tf.variable(tf.ones([3]), true, 'forgotten').dispose();
  });

  it('gradients carry the scope of their forward operation', () => {
    const graph = traced((t) =>
      tf.grad((u) => tf.sum(traceScope('layer a', () => traceScope('relu', () => tf.relu(u)))))(t),
    );
    const origins = new Set(graph.nodes.map(({ origin }) => origin));
    expect(origins).toContain('layer a > relu');
    expect(origins).toContain('gradient of layer a > relu');
  });

  it('traces inside a trace do not get mixed up', () => {
    let inner: Graph | undefined;
    const outer = traced((t) => {
      inner = traced((u) => tf.exp(u));
      return tf.neg(t);
    });
    expect(ops(outer)).toEqual(['Neg']);
    expect(ops(inner!)).toEqual(['Exp']);
  });
});

describe('compareTraces', () => {
  const twice = (body: (t: Tensor) => Tensor): void => compareTraces(traced(body), traced(body));

  it('is silent for a pure function', () => {
    expect(() => twice((t) => tf.softmax(tf.add(t, tf.ones([3]))))).not.toThrow();
  });

  it('finds a number that changes, and names who computes with it', () => {
    let count = 0;
    const smuggle = (t: Tensor): Tensor => traceScope('plugin decay', () => tf.mul(t, 0.9 ** ++count));
    expect(() => twice(smuggle)).toThrow(
      /Multiply in plugin decay: its constant operand "b" was 0\.89\d*, then 0\.81/,
    );
  });

  it('finds an attribute, an operation, and a result that change', () => {
    let count = 0;
    expect(() => twice((t) => tf.leakyRelu(t, ++count))).toThrow(/LeakyRelu: its attributes were/);
    expect(() => twice((t) => tf.leakyRelu(t, [NaN, Infinity][count++ % 2]!))).toThrow(
      /attributes were .*NaN.*Infinity/,
    );
    expect(() => twice((t) => (++count % 2 ? tf.exp(t) : tf.neg(t)))).toThrow(/the second trace has/);
    expect(() => twice((t) => (++count % 2 ? tf.exp(t) : tf.neg(tf.exp(t))))).toThrow(
      /in one trace only|two different results/,
    );
    expect(() => twice((t) => tf.mul(t, tf.randomUniform([3])))).toThrow(/Math\.random/);
  });
});
