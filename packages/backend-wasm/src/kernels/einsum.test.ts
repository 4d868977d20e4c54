import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  cases,
  expectAsOnCpu,
  expectClose,
  expectNoGrowth,
  noise,
  numbers,
  tensor,
  useWasm,
  type Stored,
} from '../../../../testing/references/backend-wasm/support.js';

describe('einsum', () => {
  beforeAll(useWasm);

  it.each(cases<{ equation: string; x: Stored; w: Stored; y: Stored }>('einsum'))(
    '$equation equals PyTorch',
    ({ equation, x, w, y }) => {
      const got = tf.einsum(equation, tensor(x), tensor(w));
      expect(got.shape).toEqual(y.shape);
      expectClose(got, numbers(y));
    },
  );

  it.each([
    { equation: 'ij->ji', shapes: [[2, 3]] },
    { equation: 'ijk->', shapes: [[2, 3, 4]] },
    { equation: 'ijk->k', shapes: [[2, 3, 4]] },
    { equation: 'i,i->', shapes: [[5], [5]] },
    {
      equation: 'ij,jk->ik',
      shapes: [
        [2, 3],
        [3, 4],
      ],
    },
    {
      equation: 'bij,bjk->bik',
      shapes: [
        [2, 3, 4],
        [2, 4, 5],
      ],
    },
    {
      equation: 'ijl,jk->i',
      shapes: [
        [2, 3, 2],
        [3, 4],
      ],
    },
    {
      equation: 'ij,ij->ij',
      shapes: [
        [2, 3],
        [2, 3],
      ],
    },
    {
      equation: 'abc,cd->dab',
      shapes: [
        [1, 2, 3],
        [3, 4],
      ],
    },
  ])('$equation equals the cpu backend', ({ equation, shapes }) =>
    expectAsOnCpu(
      shapes.map((shape, i) => noise(shape as never, i + 1)),
      (...operands) => tf.einsum(equation, ...operands),
      1e-6,
    ),
  );

  it('names what it cannot do', () => {
    const one = tf.ones([2, 2]);
    expect(() => tf.einsum('ij,jk,kl->il', one, one, one)).toThrow(
      /\[backend-wasm\] einsum 'ij,jk,kl->il' has 3 operands/,
    );
    expect(() => tf.einsum('ii->i', one)).toThrow(/duplicate axes/);
  });

  it('keeps no memory', () => {
    const [a, b] = [noise([2, 3, 4]), noise([4, 3, 5])];
    expectNoGrowth(() => [tf.einsum('abc,cbd->da', a, b), tf.einsum('abc->b', a), tf.einsum('abc->abc', a)]);
  });
});
