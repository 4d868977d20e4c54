import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { expectClose, spread } from '../../../testing/agree.js';
import { wasmResult } from '../../../testing/wasm-graph.js';

beforeAll(() => tf.setBackend('cpu'));

/** Whole numbers below a limit, the same for the same seed. */
function dice(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x297a2d39) | 0;
    return (Math.imul(state ^ (state >>> 12), 0x297a2d39) >>> 8) % limit;
  };
}

type Roll = (limit: number) => number;
const unary: readonly ((x: Tensor) => Tensor)[] = [
  (x) => tf.tanh(x),
  (x) => tf.sigmoid(x),
  (x) => tf.relu(x),
  (x) => tf.abs(x),
  (x) => tf.sin(x),
  (x) => tf.square(tf.clipByValue(x, -3, 3)),
  (x) => tf.sqrt(tf.add(tf.abs(x), 0.1)),
  (x) => tf.elu(x),
  (x) => tf.where(tf.greater(x, 0.3), x, tf.mul(x, 0.5)),
  (x) => tf.softplus(x),
];
const binary: readonly ((a: Tensor, b: Tensor) => Tensor)[] = [
  tf.add,
  tf.sub,
  tf.mul,
  tf.maximum,
  tf.minimum,
];

/** Another tensor made of one of those there are, which keeps all small and finite. */
function step(roll: Roll, pool: readonly Tensor[]): Tensor {
  const x = pool[roll(pool.length)]!;
  const axis = x.rank === 0 ? 0 : roll(x.rank);
  switch (roll(9)) {
    case 0:
    case 1:
      return unary[roll(unary.length)]!(x);
    case 2: {
      const y = pool[roll(pool.length)]!;
      // Where shapes differ, broadcast along what a mean has left.
      const other = x.shape.join() === y.shape.join() ? y : x.rank === 0 ? x : tf.mean(x, axis, true);
      return binary[roll(binary.length)]!(x, x.rank === 0 ? tf.mean(y) : other);
    }
    case 3:
      return x.rank === 0 ? tf.tanh(x) : tf.mean(x, axis, roll(2) === 0);
    case 4:
      return x.rank === 0 ? x : tf.max(x, axis, roll(2) === 0);
    case 5:
      return tf.transpose(x);
    case 6: {
      if (x.rank !== 2) return tf.reshape(x, [x.size]);
      const y = pool.find((other) => other.rank === 2 && other.shape[0] === x.shape[0])!;
      return tf.tanh(tf.matMul(x as tf.Tensor2D, y as tf.Tensor2D, true, false));
    }
    case 7: {
      if (x.rank === 0) return tf.reshape(x, [1, 1]);
      const extent = x.shape[axis]!;
      const begin = roll(extent);
      const size = 1 + roll(extent - begin);
      const part = tf.slice(
        x,
        x.shape.map((_, i) => (i === axis ? begin : 0)),
        x.shape.map((n, i) => (i === axis ? size : n)),
      );
      return roll(2) === 0 ? part : tf.concat([part, x], axis);
    }
    default:
      return x.rank === 0 ? x : tf.logSoftmax(tf.clipByValue(x, -5, 5));
  }
}

function randomOp(seed: number, length: number): { op: (...inputs: Tensor[]) => Tensor[]; inputs: Tensor[] } {
  const roll = dice(seed);
  const extent = (): number => [1, 2, 3, 4, 5, 7, 8, 12][roll(8)]!;
  const shape = Array.from({ length: 1 + roll(3) }, extent);
  const inputs = [
    spread(shape, seed, -1, 1),
    spread(shape, seed + 1, -1, 1),
    spread([extent()], seed + 2, -1, 1),
  ];
  const op = (...given: Tensor[]): Tensor[] => {
    const again = dice(seed + 7);
    const pool = [...given];
    for (let i = 0; i < length; i++) {
      const next = step(again, pool);
      if (next.size < 5000) pool.push(next);
    }
    return pool.slice(given.length).filter((_, i, all) => i === all.length - 1 || i % 3 === 0);
  };
  return { op, inputs };
}

it('2000 random graphs give what the cpu backend gives', () => {
  for (let seed = 1; seed <= 2000; seed++) {
    tf.tidy(() => {
      const { op, inputs } = randomOp(seed * 7919, 4 + (seed % 9));
      const expected = op(...inputs);
      const results = wasmResult(op, inputs);
      expected.forEach((tensor, i) => {
        expect(results[i]!.shape, `seed ${seed}`).toEqual(tensor.shape);
        expectClose(results[i]!.data, tensor.dataSync(), { relative: 1e-4, absolute: 1e-5 });
      });
    });
  }
});
