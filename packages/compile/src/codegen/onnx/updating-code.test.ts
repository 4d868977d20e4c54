import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { CodeGenerator } from '../../compiled-graph/code-generator.js';
import { CompiledGraph } from '../../compiled-graph/compiled-graph.js';
import type { HostTensor } from '../../compiled-graph/host-tensor.js';
import { trace } from '../../trace/trace.js';
import { traceTwice } from '../../trace/trace-twice.js';
import { bySize, wholeGenerator } from './onnx-generator.js';
import { loadRuntime } from './runtime/runtime.js';
import { updatingGenerator } from './updating-generator.js';

await tf.setBackend('cpu');
const runtime = await loadRuntime();

const names = {
  read: (input: string) => (/^[wvn]/.test(input) ? input : undefined),
  written: (output: string) => (output.startsWith('next ') ? output.slice('next '.length) : undefined),
};
const floats = (shape: number[], ...data: number[]): HostTensor => ({
  data: Float32Array.from(data),
  shape,
  dtype: 'float32',
});

test('a session and a module take turns on one memory, which moves when it grows', async () => {
  const generator = updatingGenerator(runtime, {});
  const spec = (name: string, ...shape: number[]) => ({ name, shape, dtype: 'float32' }) as const;
  const train = traceTwice(() =>
    trace([spec('w', 1, 2), spec('v', 1, 2), spec('x', 3, 1)], ([w, v, x]) => {
      const gradient = tf.matMul(x!, tf.matMul(x!, w!), true, false);
      const velocity = tf.add(tf.mul(v!, 0.5), gradient);
      return { 'next w': tf.sub(w!, velocity), 'next v': velocity, loss: tf.sum(tf.square(w!)) };
    }),
  );
  // Needs far more memory than the first.
  const wide = traceTwice(() =>
    trace([spec('w', 1, 2), spec('big', 200, 1)], ([w, big]) => ({
      'next w': tf.mul(w!, tf.mean(tf.matMul(big!, tf.matMul(big!, big!, true, false)))),
      all: tf.matMul(big!, w!),
    })),
  );
  const training = await CompiledGraph.compile(train, generator, { state: names });
  const widening = await CompiledGraph.compile(wide, generator, { state: names });
  const state = await generator.createState({ w: floats([1, 2], 1, -2), v: floats([1, 2], 0.5, 0) });
  const x = Float32Array.of(1, 2, -1);
  let [w, v] = [
    [1, -2],
    [0.5, 0],
  ];
  const step = async (): Promise<void> => {
    const { loss } = await training.run(state, () => x);
    expect(loss!.data[0]).toBe(w![0]! ** 2 + w![1]! ** 2);
    v = v!.map((number, i) => number * 0.5 + 6 * w![i]!);
    w = w!.map((number, i) => number - v![i]!);
    expect([...state.copy('w')['w']!.data]).toEqual(w);
    expect([...state.copy('v')['v']!.data]).toEqual(v);
  };
  await step();
  const before = state.memory.buffer;
  state.reserve(before.byteLength + 1);
  const { all } = await widening.run(state, () => new Float32Array(200).fill(0.125));
  expect(all!.shape).toEqual([200, 2]);
  w = w.map((number) => (number * 25) / 64);
  expect(state.memory.buffer).not.toBe(before);
  await step();
  await step();
  await training.release();
  await widening.release();
});

test('truths and whole numbers of the state go through both engines', async () => {
  const generator = updatingGenerator(runtime, {});
  const traced = traceTwice(() =>
    trace(
      [
        { name: 'n', shape: [], dtype: 'int32' },
        { name: 'very', shape: [3], dtype: 'bool' },
        { name: 'x', shape: [2, 3], dtype: 'float32' },
      ],
      ([n, very, x]) => {
        const positive = tf.greater(tf.sum(x!, 0), 0);
        return {
          'next n': tf.add(n!, tf.scalar(1, 'int32')),
          'next very': tf.logicalXor(very!, positive),
          count: tf.sum(tf.cast(very!, 'float32')),
        };
      },
    ),
  );
  const compiled = await CompiledGraph.compile(traced, generator, { state: names });
  const state = await generator.createState({
    n: { data: Int32Array.of(5), shape: [], dtype: 'int32' },
    very: { data: Uint8Array.of(1, 0, 1), shape: [3], dtype: 'bool' },
  });
  const x = Float32Array.of(1, 1, -1, 1, 1, -1);
  expect((await compiled.run(state, () => x))['count']!.data[0]).toBe(2);
  expect([...state.copy('very')['very']!.data]).toEqual([0, 1, 1]);
  expect((await compiled.run(state, () => x))['count']!.data[0]).toBe(2);
  expect([...state.copy('very')['very']!.data]).toEqual([1, 0, 1]);
  expect([...state.copy('n')['n']!.data]).toEqual([7]);
  expect(compiled.code.explain!()).toContain('WebAssembly:\nloop [');
  await compiled.release();
});

test('a state too large for WebAssembly lies in tensors of the runtime', async () => {
  const traced = traceTwice(() =>
    trace([{ name: 'w', shape: [4], dtype: 'float32' }], ([w]) => ({ 'next w': tf.mul(w!, 2) })),
  );
  const large = wholeGenerator(runtime, {}, 'in-place');
  for (const [most, moved] of [
    [16, true],
    [15, false],
  ] as const) {
    const generator = bySize(updatingGenerator(runtime, {}) as CodeGenerator, large as CodeGenerator, most);
    const state = await generator.createState({ w: floats([4], 1, 2, 3, 4) });
    expect('memory' in state && state.memory instanceof WebAssembly.Memory).toBe(moved);
    await state.dispose();
  }
  const whole = bySize({} as CodeGenerator, large as CodeGenerator, 15);
  const state = await whole.createState({ w: floats([4], 1, 2, 3, 4) });
  const compiled = await CompiledGraph.compile(traced, whole, { state: names });
  await compiled.run(state, () => Float32Array.of());
  expect([...((await state.copy('w'))['w']!.data as Float32Array)]).toEqual([2, 4, 6, 8]);
});
