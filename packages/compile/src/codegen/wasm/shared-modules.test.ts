import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, expect, test, vi } from 'vitest';
import { simplify } from '../../passes/simplify.js';
import { trace } from '../../trace/trace.js';
import { graphKey } from './graph-key.js';
import { forgetSharedModules, wasmGenerator } from './wasm-generator.js';

await tf.setBackend('cpu');
beforeEach(forgetSharedModules);

/** Numbers of a step: the rate of its dropout, what it scales by, a divisor, a bound; an exponent, which shapes the code. */
interface Numbers {
  readonly rate: number;
  readonly scale?: number;
  readonly divisor?: number;
  readonly bound?: number;
  readonly exponent?: number;
}

const given = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i) * 3);
const drawn = Float32Array.from({ length: 12 }, (_, i) => ((i * 7) % 12) / 12);

/** Compiles a step, runs it twice, and gives its state and result. */
async function run(numbers: Numbers, name = 'w'): Promise<{ bits: number[]; explained: string }> {
  const { rate, scale = 0.3, divisor = 7, bound = 2.5, exponent = 1.5 } = numbers;
  const specs = [
    { name, shape: [3, 4], dtype: 'float32' },
    { name: 'random', shape: [3, 4], dtype: 'float32' },
  ] as const;
  const graph = simplify(
    trace(specs, ([w, random]) => {
      const kept = tf.mul(tf.cast(tf.greaterEqual(random!, rate), 'float32'), tf.mul(w!, 1 / (1 - rate)));
      const next = tf.sub(tf.add(w!, tf.div(kept, divisor)), tf.mul(w!, scale));
      const bounded = tf.minimum(tf.maximum(next, -2.5), bound);
      return { next: bounded, sum: tf.sum(tf.pow(tf.abs(kept), exponent)) };
    }),
  );
  const generator = wasmGenerator();
  const state = await generator.createState({ w: { data: given, shape: [3, 4], dtype: 'float32' } });
  const code = await generator.generate({
    graph,
    reads: new Map([[name, 'w']]),
    writes: new Map([['next', 'w']]),
    anyLength: new Set(),
    streams: new Map(),
  });
  let sum: number[] = [];
  for (let i = 0; i < 2; i++) {
    const results = await code.run(state, () => drawn);
    sum = [...results['sum']!.data];
  }
  return { bits: [...state.copy('')['w']!.data, ...sum], explained: code.explain!() };
}

const compilations = vi.spyOn(WebAssembly, 'compile');
async function compiled<T>(work: () => Promise<T>): Promise<[T, number]> {
  const before = compilations.mock.calls.length;
  return [await work(), compilations.mock.calls.length - before];
}

test('steps that differ in some numbers are compiled twice at most, to the bits that each has alone', async () => {
  const steps: Numbers[] = [
    { rate: 0.1 },
    { rate: 0.25, divisor: 5 },
    { rate: 0.4, divisor: 8 },
    { rate: 0.1 },
    { rate: 0.123, divisor: 3 },
  ];
  const together: number[][] = [];
  const counts: number[] = [];
  for (const step of steps) {
    const [{ bits }, count] = await compiled(() => run(step));
    together.push(bits);
    counts.push(count);
  }
  expect(counts).toEqual([1, 1, 0, 0, 0]);
  for (const [i, step] of steps.entries()) {
    forgetSharedModules();
    expect((await run(step)).bits, JSON.stringify(step)).toEqual(together[i]);
  }
});

test('a number that was the same so far becomes one that is taken from memory, and two that were equal part', async () => {
  await run({ rate: 0.1 });
  await run({ rate: 0.2 });
  const [scaled, first] = await compiled(() => run({ rate: 0.3, scale: 0.45 }));
  expect(first).toBe(1);
  // The divisor is 7 still, and the scale has a place of its own.
  const [, second] = await compiled(() => run({ rate: 0.3, scale: 7, divisor: 7 }));
  expect(second).toBe(0);
  forgetSharedModules();
  expect((await run({ rate: 0.3, scale: 0.45 })).bits).toEqual(scaled.bits);
});

test('what makes another step of it is compiled by itself: exponents, 0 and 1, names', async () => {
  await run({ rate: 0.5 });
  for (const other of [{ exponent: 2 }, { divisor: 1 }, { scale: 0 }]) {
    const [, count] = await compiled(() => run({ rate: 0.5, ...other }));
    expect(count, JSON.stringify(other)).toBe(1);
  }
  const [{ explained }, count] = await compiled(() => run({ rate: 0.5 }, 'v'));
  expect(count).toBe(1);
  expect(explained).toContain('loop');
});

test('attributes that JSON writes alike make other steps', () => {
  const keyOf = (alpha: number): string => {
    const graph = trace([{ name: 'x', shape: [2], dtype: 'float32' }], ([x]) => ({
      y: tf.leakyRelu(x!, alpha),
    }));
    const [names, none] = [new Map<string, string>(), new Set<string>()];
    return graphKey({ graph, reads: names, writes: names, anyLength: none, streams: new Map() }, [])!.key;
  };
  const alphas = [0, -0, NaN, Infinity, -Infinity];
  expect(new Set(alphas.map(keyOf)).size).toBe(alphas.length);
});
