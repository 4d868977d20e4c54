import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers';
import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { HostTensor } from '../compiled-graph/host-tensor.js';
import { compileStep } from './compile-step.js';

await tf.setBackend('cpu');

describe('what a compiled step is given', () => {
  it('refuses another shape with as many elements, and what was not declared', async () => {
    const step = await compileStep(({ x }) => ({ y: tf.sum(x, 0) }), { x: tf.zeros([2, 3]) as Tensor });
    await expect(step.run({ x: tf.zeros([3, 2]) })).rejects.toThrow(
      'Input "x" must be float32 [2,3] in a Float32Array of 6 elements, got a Float32Array of 6 with the shape [3,2].',
    );
    await expect(step.run({ x: tf.zeros([2, 3]), z: tf.zeros([1]) } as never)).rejects.toMatchObject({
      code: 'invalid-data',
      message: expect.stringContaining('no input "z" among the example inputs; there are: x'),
    });
    await step.dispose();
  });

  it('checks the shape of a carried input, too, and leaves the others as they are', async () => {
    const step = await compileStep(
      ({ w, v, x }) => ({ w: tf.add(w, x), v: tf.mul(v, 2) }),
      { w: tf.ones([2, 1]) as Tensor, v: tf.ones([1]) as Tensor, x: { shape: [2, 1] } as never as Tensor },
      { carry: { w: 'w', v: 'v' } },
    );
    expect(() => step.writeState({ v: tf.tensor1d([5]), w: tf.zeros([1, 2]) })).toThrow(
      'with the shape [1,2]',
    );
    expect(() => step.writeState({ u: tf.zeros([1]) })).toThrow('"u" is not carried from step to step');
    expect([...step.readState('v')['v']!.data]).toEqual([1]);
    await step.dispose();
  });

  it('refuses row numbers outside a table, negative ones included', async () => {
    const look = await compileStep(({ table, rows }) => ({ y: tf.gather(table, rows) }), {
      table: tf.tensor2d([[1], [2]]) as Tensor,
      rows: { shape: [2], dtype: 'int32' } as never as Tensor,
    });
    const at = (...rows: number[]) =>
      look.run({ table: tf.tensor2d([[1], [2]]), rows: tf.tensor1d(rows, 'int32') });
    await expect(at(0, -1)).rejects.toThrow('takes rows 0 to 1, and "rows" names row -1, which is out of');
    await expect(at(2, 0)).rejects.toThrow('names row 2');
    expect([...(await at(1, 0)).y.data]).toEqual([2, 1]);
    await look.dispose();
    // Computed inside, where nobody sees them before.
    const computed = await compileStep(
      ({ rows }) => tf.gather(tf.tensor1d([1, 2]), tf.sub(rows, tf.scalar(1, 'int32'))),
      {
        rows: { shape: [1], dtype: 'int32' } as never as Tensor,
      },
    );
    await expect(computed.run({ rows: tf.tensor1d([0], 'int32') })).rejects.toThrow('out of data bounds');
    expect([...((await computed.run({ rows: tf.tensor1d([2], 'int32') })) as HostTensor).data]).toEqual([2]);
    await computed.dispose();
  });

  it.each(['onnx', 'wasm'] as const)(
    'says of each input of %s that does not fit what is wrong',
    async (target) => {
      const product = ({ x }: { x: Tensor }) => ({ y: tf.mul(x, 2) });
      const declared = (x: unknown, fn: unknown = product) =>
        compileStep(fn as typeof product, { x } as { x: Tensor }, { target });
      for (const shape of [[null, 3], [-1, 3], [2.5, 3], [NaN], ['2', '3'], [2 ** 60]]) {
        const text = shape.map(String).join(', ');
        await expect(declared({ shape })).rejects.toThrow(
          `[compile] Input "x" has the shape [${text}]; a step is compiled for one shape, of whole numbers >= 0`,
        );
      }
      await expect(declared({ shape: [2, 3], data: new Float32Array(5) })).rejects.toThrow(
        'Input "x" must be float32 [2,3] in a Float32Array of 6 elements, got a Float32Array of 5.',
      );
      await expect(declared(new Float32Array(6))).rejects.toThrow(
        'a Float32Array without a shape: write { data, shape }',
      );
      await expect(declared({ shape: [1] }, async () => tf.zeros([1]))).rejects.toThrow('must not be async');
      await expect(declared({ shape: [1] }, () => undefined)).rejects.toThrow('there is undefined');
      await expect(declared({ shape: [1] }, () => ({}))).rejects.toThrow('The function returned no tensor');
      const two = { a: { shape: [1] }, 'a/b': { shape: [1] } };
      await expect(
        compileStep((() => 0) as never, { ...two, a: { b: { shape: [1] } } } as never),
      ).rejects.toThrow('two of them have the path "a/b"');

      const step = await declared({ shape: [2, 3] });
      const run = (x: unknown) => step.run({ x } as { x: Tensor });
      const data = new Float32Array(6);
      await expect(run({ data, shape: [2, 3], dtype: 'int32' })).rejects.toThrow(
        'got a Float32Array of 6 of dtype int32.',
      );
      const gone = tf.ones([2, 3]);
      gone.dispose();
      await expect(run(gone)).rejects.toThrow('got a tensor that has been disposed.');
      await expect(run({ data: new Float32Array(0), shape: [0, 3] })).rejects.toThrow(
        'got a Float32Array of 0.',
      );
      await step.dispose();

      // Scalars and empty batches are shapes like others.
      const scalar = await declared({ shape: [] });
      expect((await scalar.run({ x: tf.scalar(3) })).y).toMatchObject({
        shape: [],
        data: Float32Array.of(6),
      });
      await expect(scalar.run({ x: tf.ones([1]) })).rejects.toThrow('Input "x" must be float32 []');
      const empty = await declared({ shape: [0, 3] });
      expect((await empty.run({ x: tf.zeros([0, 3]) })).y).toMatchObject({
        shape: [0, 3],
        data: new Float32Array(0),
      });
      await Promise.all([scalar.dispose(), empty.dispose()]);
    },
  );

  it('refuses two outputs for one input', async () => {
    const fn = ({ w }: { w: Tensor }) => ({ a: tf.neg(w), b: tf.abs(w) });
    await expect(
      compileStep(fn as never, { w: { shape: [2] } } as never, { carry: { a: 'w', b: 'w' } }),
    ).rejects.toThrow('the outputs "a" and "b" both become the input "w"');
  });

  it('inputs may be called as joined inputs are', async () => {
    const step = await compileStep(
      ({ pack, scalars, results }) => ({
        pack: pack.map((p) => tf.sub(p, tf.mul(scalars[0]!, tf.mul(p, scalars[1]!)))),
        results: results.map((r) => tf.neg(r)),
      }),
      {
        pack: [tf.ones([2]), tf.ones([3])],
        scalars: [tf.scalar(1), tf.scalar(1)],
        results: [tf.ones([1]), tf.ones([1])],
      } as Record<'pack' | 'scalars' | 'results', Tensor[]>,
      { carry: { pack: 'pack' } },
    );
    const run = await step.run({
      scalars: [tf.scalar(0.5), tf.scalar(2)],
      results: [tf.ones([1]), tf.zeros([1])],
    });
    expect(run.results.map(({ data }) => data[0])).toEqual([-1, -0]);
    expect(step.readState()['pack/1']!.data).toEqual(Float32Array.of(0, 0, 0));
    await step.dispose();
  });
});
