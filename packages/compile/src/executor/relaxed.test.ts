import '@tensorflow/tfjs-backend-cpu';
import { setFlagsFromString } from 'node:v8';
import * as tf from '@tensorflow/tfjs-core';
import { type HostArrays, Trainer } from '@espalier/core';
import { toyClasses, toyCrossEntropy, toyModel, toyOptimizer } from '@espalier/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { instantiate, graphOfOp } from '../../testing/wasm-graph.js';
import { spread } from '../../testing/agree.js';
import { compileModule } from '../codegen/wasm/step-module.js';
import { wasmAvailability } from '../codegen/wasm/availability.js';
import { compiled } from './compiled.js';

beforeAll(() => tf.setBackend('cpu'));

const trainer = (relaxed: boolean): Trainer =>
  new Trainer({
    model: toyModel(),
    loss: toyCrossEntropy(),
    optimizer: toyOptimizer(),
    executor: compiled({ target: 'wasm', relaxed }),
    seed: 3,
  });
const fit = (subject: Trainer) => subject.fit(toyClasses(), { epochs: 2, batchSize: 11 });

test('relaxed is an option of modules alone', () => {
  expect(() => compiled({ relaxed: true })).toThrow(
    'relaxed is an option of target "wasm", and target is "auto"',
  );
  expect(() => compiled({ target: 'onnx', relaxed: false })).toThrow('target is "onnx"');
});

describe('products that may round once', () => {
  test('are refused where the engine has no such instructions', async ({ skip }) => {
    if (wasmAvailability(true).available) return skip('this engine has them: Node 20 has not');
    await expect(fit(trainer(true))).rejects.toMatchObject({
      code: 'executor-unavailable',
      message: expect.stringMatching(/relaxed SIMD\. Fix: .*leave "relaxed" out/),
    });
  });

  test('run, and the record says so; a run without them gives what it gave', async () => {
    // Node 20 has them behind a flag; newer ones know no such flag.
    setFlagsFromString('--experimental-wasm-relaxed-simd');
    const [relaxed, plain] = [trainer(true), trainer(false)];
    const [record, other] = [await fit(relaxed), await fit(plain)];
    expect(record.executor).toBe('compiled (wasm, relaxed)');
    expect(record.events.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('bits are those of this machine'),
    );
    expect(other.executor).toBe('compiled (wasm)');
    expect(other.events.map(({ message }) => message).join()).not.toContain('relaxed');
    const [near, exact] = [numbers(await relaxed.getWeights()), numbers(await plain.getWeights())];
    near.forEach((value, i) => expect(value).toBeCloseTo(exact[i]!, 5));
  });

  test.each([
    [[7, 33], [33, 19], false],
    // Dot products.
    [[3, 33], [19, 33], true],
  ] as const)('of %s and %s are those of float64', (first, second, transposed) => {
    setFlagsFromString('--experimental-wasm-relaxed-simd');
    const inputs = [spread(first, 1), spread(second, 2)];
    const graph = graphOfOp((a, b) => tf.matMul(a, b, false, transposed), inputs);
    const [a, b] = inputs.map((input) => input.dataSync() as Float32Array);
    const results = [false, true].map((relaxed) => {
      const module = compileModule(graph, { relaxed });
      // The instruction, of two bytes after those of all vectors.
      expect([...module.bytes].join().includes(',253,133,2,')).toBe(relaxed);
      const { memory, step } = instantiate(module);
      for (const [i, data] of [a!, b!].entries())
        new Float32Array(memory.buffer, module.inputs.get(`${i}`)!.address, data.length).set(data);
      step();
      const rows = first[0] * 19;
      return new Float32Array(memory.buffer, module.outputs.get('0')!.address, rows).slice();
    });
    for (const values of results)
      values.forEach((value, at) => {
        const [i, j] = [Math.floor(at / 19), at % 19];
        let exact = 0;
        for (let k = 0; k < 33; k++) exact += a![i * 33 + k]! * b![transposed ? j * 33 + k : k * 19 + j]!;
        expect(Math.abs(value - exact)).toBeLessThan(2e-5);
      });
  });
});

function numbers(arrays: HostArrays): number[] {
  return Object.values(arrays).flatMap(({ data }) => [...data]);
}
