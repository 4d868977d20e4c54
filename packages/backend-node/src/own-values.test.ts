import { expect, it } from 'vitest';
import type { NodeBackend } from './loading/tfjs-node.js';
import { ownValues } from './own-values.js';

it('hands copies of numbers to the library at once, strings and empty tensors when they are used; is done once', () => {
  const calls: string[] = [];
  const given: unknown[] = [];
  const backend = {
    move: (id: { name: string }, values: unknown) => {
      calls.push(`move ${id.name}`);
      given.push(values);
    },
    getInputTensorIds: (tensors: { dataId: { name: string } }[]) =>
      calls.push(`make ${tensors[0]!.dataId.name}`),
  };
  for (let i = 0; i < 2; i++) ownValues(backend as unknown as NodeBackend);
  const { move } = backend as unknown as NodeBackend;
  const floats = Float32Array.of(1);
  move({ name: 'floats' } as object, floats, [1], 'float32', 1);
  expect(given[0]).toEqual(floats);
  expect(given[0]).not.toBe(floats);
  move({ name: 'empty' } as object, new Float32Array(0), [0], 'float32', 1);
  move({ name: 'strings' } as object, [Uint8Array.of(1)], [1], 'string', 1);
  expect(calls).toEqual(['move floats', 'make floats', 'move empty', 'move strings']);
});
