import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose, spread } from '../../../testing/agree.js';
import { graphOfOp, instantiate } from '../../../testing/wasm-graph.js';
import { compileModule, type StepModule } from './step-module.js';

beforeAll(() => tf.setBackend('cpu'));

/** Compiles ops whose outputs `0`, `1`, ... become the inputs of the same names. */
function stateful(
  op: (...state: Tensor[]) => Tensor[],
  shapes: readonly number[][],
  carried: readonly number[],
  weights: readonly number[] = [],
) {
  const graph = graphOfOp(
    op,
    shapes.map((shape) => tf.zeros(shape)),
  );
  const names = new Map(carried.map((i) => [`${i}`, `entry ${i}`]));
  const size = (i: number): number => shapes[i]!.reduce((a, b) => a * b, 1);
  const addresses = new Map<string, number>();
  let end = 64;
  for (const i of carried) {
    addresses.set(`entry ${i}`, end);
    end += 4 * size(i) + 64 - ((4 * size(i)) % 64);
  }
  const module = compileModule(graph, {
    reads: names,
    writes: names,
    weights: new Set(weights.map((i) => `entry ${i}`)),
    addressOf: (entry) => addresses.get(entry)!,
    start: () => end,
  });
  const { memory, step } = instantiate(module);
  const result = (name: string): Float32Array => {
    const { address, shape } = module.outputs.get(name)!;
    return new Float32Array(
      memory.buffer,
      address,
      shape.reduce((a, b) => a * b, 1),
    );
  };
  const entry = (i: number): Float32Array =>
    new Float32Array(memory.buffer, addresses.get(`entry ${i}`), size(i));
  return { module, memory, step, entry, result };
}

const loops = (module: StepModule): string[] =>
  module
    .explain()
    .split('\n')
    .filter((line) => line.startsWith('loop'));

describe('numbers too small for the processor to be fast with', () => {
  const normal = 2 ** -126;
  const tiny = [normal, -normal, normal / 2, 2 ** -149, -(2 ** -140), 0];

  it('become 0 in the state, and weights below 2^-100', () => {
    const given = Float32Array.of(...tiny, 2 ** -100, -(2 ** -100), 2 ** -101, NaN, -Infinity, 1);
    const { step, entry } = stateful(
      (w, m) => [tf.neg(w!), tf.neg(m!)],
      [[given.length], [given.length]],
      [0, 1],
      [0],
    );
    for (const i of [0, 1]) entry(i).set(given);
    step();
    const kept = (least: number) => Array.from(given, (x) => (Math.abs(x) < least ? 0 : -x));
    // -0 and 0 count as the same here.
    expect([...entry(0)].map((x) => x + 0)).toEqual(kept(2 ** -100).map((x) => x + 0));
    expect([...entry(1)].map((x) => x + 0)).toEqual(kept(normal).map((x) => x + 0));
  });

  it('are no squares that only the state is made of, and stay in what else there is', () => {
    const given = Float32Array.of(2 ** -63, -(2 ** -64), 2 ** -74, 3, NaN);
    const { step, entry, result } = stateful(
      (x, v) => [tf.add(x!, 0), tf.add(v!, tf.mul(tf.square(x!), 2 ** 60)), tf.square(tf.neg(x!))],
      [[5], [5]],
      [0, 1],
    );
    entry(0).set(given);
    step();
    expect([...entry(1)]).toEqual([2 ** -66, 0, 0, 9 * 2 ** 60, NaN]);
    expect([...result('2')]).toEqual([2 ** -126, 2 ** -128, 2 ** -148, 9, NaN]);
  });
});

describe('a step as a module', () => {
  it('writes the next state where the old one lies, and fuses the whole update', () => {
    const { module, step, entry } = stateful(
      (p, m) => {
        const next = tf.add(tf.mul(m!, 0.9), tf.square(p!));
        return [tf.sub(p!, tf.mul(next, 0.1)), next];
      },
      [
        [5, 7],
        [5, 7],
      ],
      [0, 1],
    );
    expect(loops(module)).toHaveLength(1);
    entry(0).fill(2);
    step();
    step();
    // m = 4, p = 1.6; m = 3.6 + 2.56, p = 1.6 - 0.616.
    expectClose(entry(1), new Float32Array(35).fill(6.16));
    expectClose(entry(0), new Float32Array(35).fill(0.984));
  });

  it('state that others still read, and state that changes places, is not overwritten early', () => {
    const { step, entry } = stateful((a, b) => [b!, tf.add(a!, b!)], [[6], [6]], [0, 1]);
    entry(0).fill(1);
    entry(1).fill(2);
    for (let i = 0; i < 3; i++) step();
    expect([entry(0)[5], entry(1)[5]]).toEqual([5, 8]);
    const reversed = stateful((a) => [tf.add(tf.reverse(a!, 0), 1)], [[5]], [0]);
    reversed.entry(0).set([1, 2, 3, 4, 5]);
    reversed.step();
    expect([...reversed.entry(0)]).toEqual([6, 5, 4, 3, 2]);
    const transposed = stateful((a) => [tf.transpose(a!)], [[3, 3]], [0]);
    transposed.entry(0).set([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    transposed.step();
    expect([...transposed.entry(0)]).toEqual([1, 4, 7, 2, 5, 8, 3, 6, 9]);
  });

  it('a result may be the state as it was, a constant, an input, or stand twice', () => {
    const { module, memory, step, entry } = stateful(
      (a, x) => [tf.add(a!, x!), a!, x!, tf.ones([3]), tf.neg(x!)],
      [[3], [3]],
      [0],
    );
    entry(0).fill(5);
    new Float32Array(memory.buffer, module.inputs.get('1')!.address, 3).fill(2);
    step();
    const at = (name: string): number =>
      new Float32Array(memory.buffer, module.outputs.get(name)!.address, 3)[2]!;
    expect([entry(0)[2], at('1'), at('2'), at('3'), at('4')]).toEqual([7, 5, 2, 1, -2]);
  });

  it('a step that fails leaves the state as it was', () => {
    const { module, memory, step, entry } = stateful(
      (a, index) => [tf.add(a!, tf.gather(tf.tensor1d([1, 2, 3]), tf.cast(index!, 'int32')))],
      [[4], [4]],
      [0],
    );
    const indices = new Float32Array(memory.buffer, module.inputs.get('1')!.address, 4);
    indices.set([0, 1, 2, 0]);
    step();
    expect([...entry(0)]).toEqual([1, 2, 3, 1]);
    indices.set([0, 1, 3, 0]);
    expect(step).toThrow(WebAssembly.RuntimeError);
    expect([...entry(0)]).toEqual([1, 2, 3, 1]);
  });

  it('nor is the state written where the failure comes after it could be', () => {
    const { module, memory, step, entry } = stateful(
      (a, index) => [tf.add(a!, 1), tf.gather(tf.tensor1d([1, 2, 3]), tf.cast(index!, 'int32'))],
      [[4], [2]],
      [0],
    );
    new Float32Array(memory.buffer, module.inputs.get('1')!.address, 2).set([0, 3]);
    expect(step).toThrow(WebAssembly.RuntimeError);
    expect([...entry(0)]).toEqual([0, 0, 0, 0]);
  });

  it('explains its loops, and what lies where and shares a place', () => {
    const { module } = stateful((p, x) => [tf.sub(p!, tf.sum(tf.exp(tf.cumsum(x!)), 0))], [[2], [3, 2]], [0]);
    const lines = module.explain().split('\n');
    const [state, address] = [module.inputs.get('0')!.address, module.inputs.get('1')!.address];
    expect(lines.filter((line) => line.startsWith('loop')).length).toBeGreaterThan(0);
    expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^at ${address}: 1 \\(24 B\\)`)));
    // The next state is written where the old one lies.
    expect(lines).toContainEqual(
      expect.stringMatching(
        new RegExp(
          `^at ${state}: .*entry 0 \\(8 B\\).*, then t\\d \\(8 B\\)|^at ${state}: t\\d \\(8 B\\), then entry 0`,
        ),
      ),
    );
    expect(lines.at(-1)).toMatch(/^\d+ kernels in \d+ functions, \d+ bytes of code, \d+ bytes of memory$/);
  });

  it('takes less memory than all its intermediate results together', () => {
    const op = (x: Tensor): Tensor => {
      let now = x;
      for (let i = 0; i < 20; i++) now = tf.add(tf.sum(now, 1, true), tf.transpose(now));
      return now;
    };
    const graph = graphOfOp(op, [tf.zeros([64, 64])]);
    const whole = 64 * 64 * 4;
    const module = compileModule(graph);
    // The input, the result before, the one that is made, and sums.
    expect(module.end).toBeLessThan(4.5 * whole);
    const x = spread([64, 64], 3, -0.1, 0.1);
    const { memory, step } = instantiate(module);
    new Float32Array(memory.buffer, module.inputs.get('0')!.address, 64 * 64).set(
      x.dataSync() as Float32Array,
    );
    step();
    const result = new Float32Array(memory.buffer, module.outputs.get('0')!.address, 64 * 64);
    expectClose(result, op(x).dataSync(), { relative: 1e-4 });
  });

  it('what does not fit 4 GB is refused', () => {
    const graph = graphOfOp((x) => tf.neg(tf.add(tf.exp(x), tf.sum(x))), [tf.tensor1d([1])]);
    Object.assign(graph.inputs[0]!.value, { shape: [2 ** 30 + 1] });
    expect(() => compileModule(graph)).toThrow(/WebAssembly has 4 GB/);
  });

  it('names an operator without a form', () => {
    const graph = graphOfOp((x) => tf.exp(x), [tf.zeros([2])]);
    (graph.nodes[0] as { op: string }).op = 'Unheard';
    expect(() => compileModule(graph)).toThrow(
      "Operator Unheard cannot be compiled to WebAssembly: there is no WebAssembly form of it. Use compiled({ target: 'onnx' })",
    );
  });
});
