import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { adamScalars, adamStep, cnn, mlp, stepShapes } from '../../bench/models.js';
import type { BenchModel, StepInputs } from '../../bench/models.js';
import { expectClose, spread } from '../../testing/agree.js';
import { compileStep } from './compile-step.js';
import type { HostTensor } from '../compiled-graph/host-tensor.js';
import type { CompileOptions, CompiledStep } from './step-types.js';

const carry = { parameters: 'parameters', m: 'm', v: 'v' };

/** Inputs of step `t` (from 1), on the active tfjs backend. */
function inputsAt(
  model: BenchModel,
  t: number,
): Pick<StepInputs<Tensor>, 'x' | 'labels' | 'scale' | 'epsilon'> {
  const classes = tf.tensor1d(
    Array.from({ length: model.batch }, (_, i) => (i * 7 + t) % 10),
    'int32',
  );
  return {
    x: spread([model.batch, ...model.input], t, 0, 1),
    labels: tf.oneHot(classes, 10, 1, 0, 'float32'),
    scale: tf.scalar(adamScalars(t).scale),
    epsilon: tf.scalar(adamScalars(t).epsilon),
  };
}

function firstState(model: BenchModel): Pick<StepInputs<Tensor>, 'parameters' | 'm' | 'v'> {
  const entries = Object.entries(model.parameters);
  const all = (make: (name: string, shape: readonly number[], i: number) => Tensor): Record<string, Tensor> =>
    Object.fromEntries(entries.map(([name, shape], i) => [name, make(name, shape, i)]));
  return {
    parameters: all((name, shape, i) =>
      name.startsWith('g') ? tf.ones([...shape]) : spread(shape, i + 1, -0.1, 0.1),
    ),
    m: all((_, shape) => tf.zeros([...shape])),
    v: all((_, shape) => tf.zeros([...shape])),
  };
}

async function compileModel(model: BenchModel, options: CompileOptions = {}): Promise<CompiledStep> {
  const step = await compileStep(adamStep(model) as never, stepShapes(model) as never, { carry, ...options });
  const state = firstState(model);
  for (const [part, tensors] of Object.entries(state))
    for (const [name, tensor] of Object.entries(tensors)) step.writeState({ [`${part}/${name}`]: tensor });
  return step;
}

/** Losses and last parameters of a compiled run. */
async function runCompiled(
  model: BenchModel,
  steps: number,
  options: CompileOptions = {},
): Promise<{ losses: number[]; state: Readonly<Record<string, HostTensor>> }> {
  const step = await compileModel(model, options);
  const losses: number[] = [];
  for (let t = 1; t <= steps; t++) {
    const result = (await step.run(inputsAt(model, t) as never)) as unknown as { loss: HostTensor };
    losses.push(result.loss.data[0]!);
  }
  const state = step.readState();
  await step.dispose();
  return { losses, state };
}

/** The same on tfjs's cpu backend. */
function runEager(model: BenchModel, steps: number): { losses: number[]; state: Record<string, Tensor> } {
  const step = adamStep(model);
  let state = firstState(model);
  const losses: number[] = [];
  for (let t = 1; t <= steps; t++) {
    const { loss, ...next } = tf.tidy(() => step({ ...state, ...inputsAt(model, t) } as never)) as never as {
      loss: Tensor;
    } & typeof state;
    losses.push(loss.dataSync()[0]!);
    state = next;
  }
  const flat: Record<string, Tensor> = {};
  for (const [part, tensors] of Object.entries(state))
    for (const [name, tensor] of Object.entries(tensors)) flat[`${part}/${name}`] = tensor;
  return { losses, state: flat };
}

describe('a whole training step', () => {
  it.each([1, 20])('of an MLP with Adam agrees with tfjs after %i steps', async (steps) => {
    const model = mlp([20, 16, 12, 10], 8);
    const eager = runEager(model, steps);
    const compiled = await runCompiled(model, steps);
    expectClose(compiled.losses, eager.losses, { relative: 2e-5, absolute: 1e-6 });
    expect(Object.keys(compiled.state).sort()).toEqual(Object.keys(eager.state).sort());
    for (const [name, tensor] of Object.entries(eager.state))
      expectClose(compiled.state[name]!.data, tensor.dataSync(), {
        relative: 1e-3,
        absolute: name.startsWith('v') ? 1e-8 : 2e-5,
      });
  });

  it('of a CNN with batch normalisation agrees with tfjs', async () => {
    const model = cnn(2);
    const eager = runEager(model, 1);
    const compiled = await runCompiled(model, 1);
    expectClose(compiled.losses, eager.losses, { relative: 1e-4 });
    // Adam's first step divides each gradient by its own size: compare what comes before that.
    for (const [name, tensor] of Object.entries(eager.state))
      if (name.startsWith('m/'))
        expectClose(compiled.state[name]!.data, tensor.dataSync(), { relative: 2e-2, absolute: 2e-5 });
  });

  it('gives the same bits with 1 and 2 threads, and when compiled again', async () => {
    const model = mlp([50, 40, 10], 32);
    const first = await runCompiled(model, 10);
    for (const threads of [1, 2]) {
      const other = await runCompiled(model, 10, { threads });
      expect(other.losses).toEqual(first.losses);
      for (const [name, { data }] of Object.entries(first.state))
        expect(other.state[name]!.data).toEqual(data);
    }
  });

  it('resumes exactly from its state', async () => {
    const model = mlp([20, 16, 10], 8);
    const straight = await runCompiled(model, 6);
    const [first, second] = [await compileModel(model), await compileModel(model)];
    for (let t = 1; t <= 3; t++) await first.run(inputsAt(model, t) as never);
    second.writeState(first.readState());
    for (let t = 4; t <= 6; t++) await second.run(inputsAt(model, t) as never);
    for (const [name, { data }] of Object.entries(straight.state))
      expect(second.readState()[name]!.data).toEqual(data);
    await first.dispose();
    await second.dispose();
  });

  it('leaves the tfjs backend and its memory as they were', async () => {
    const model = mlp([20, 16, 10], 8);
    const before = tf.memory();
    const step = await compileStep(adamStep(model) as never, stepShapes(model) as never, { carry });
    expect(tf.getBackend()).toBe('cpu');
    expect(tf.memory()).toEqual(before);
    await step.dispose();
    await expect(step.run({} as never)).rejects.toThrow('disposed');
  });
});

describe('compileStep', () => {
  it('takes and gives nested objects and lists', async () => {
    const step = await compileStep(
      ({ pair, rest }) => ({ sums: [tf.add(pair[0]!, pair[1]!)], inner: { twice: tf.mul(rest.deep, 2) } }),
      {
        pair: [{ shape: [2] }, { shape: [2] }],
        rest: { deep: { shape: [], dtype: 'float32' } },
      } as never as {
        pair: Tensor[];
        rest: { deep: Tensor };
      },
    );
    const result = await step.run({
      pair: [tf.tensor1d([1, 2]), tf.tensor1d([3, 4])],
      rest: { deep: tf.scalar(5) },
    });
    expect(result).toEqual({
      sums: [{ data: Float32Array.of(4, 6), shape: [2], dtype: 'float32' }],
      inner: { twice: { data: Float32Array.of(10), shape: [], dtype: 'float32' } },
    });
    expect(step.inputs.map(({ name }) => name)).toEqual(['pair/0', 'pair/1', 'rest/deep']);
    await step.dispose();
  });

  it('an output may be an input, a constant, or stand twice', async () => {
    const step = await compileStep(
      (x) => {
        const y = tf.neg(x as Tensor);
        return { x: x as Tensor, y, again: y, one: tf.ones([2]), three: tf.fill([2000], 3) };
      },
      tf.zeros([2]) as Tensor,
    );
    const result = (await step.run(tf.tensor1d([1, 2]))) as Record<string, HostTensor>;
    expect(Object.values(result).map(({ data }) => [...data.slice(0, 2)])).toEqual([
      [1, 2],
      [-1, -2],
      [-1, -2],
      [1, 1],
      [3, 3],
    ]);
    await step.dispose();
  });

  it('copies constants when it sees them', async () => {
    const captured = tf.tensor1d([1, 2]);
    const step = await compileStep((x) => tf.add(x as Tensor, captured), tf.zeros([2]) as Tensor);
    captured.dispose();
    expect(((await step.run(tf.tensor1d([10, 20]))) as HostTensor).data).toEqual(Float32Array.of(11, 22));
    await step.dispose();
  });

  it('results are the callers, and inputs too', async () => {
    const step = await compileStep((x) => tf.add(x as Tensor, 1), tf.zeros([1]) as Tensor);
    const input: HostTensor = { data: Float32Array.of(1), shape: [1], dtype: 'float32' };
    const first = (await step.run(input)) as HostTensor;
    input.data[0] = 5;
    for (let i = 0; i < 3; i++) await step.run(input);
    expect(first.data[0]).toBe(2);
    await step.dispose();
  });

  it('says what a wrong input should have been', async () => {
    const step = await compileStep((x) => tf.neg(x as Tensor), tf.zeros([2, 3]) as Tensor);
    const wrong = { data: new Float32Array(5), shape: [5], dtype: 'float32' } as const;
    await expect(step.run(wrong)).rejects.toThrow(
      'Input "value" must be float32 [2,3] in a Float32Array of 6 elements, got a Float32Array of 5',
    );
    await expect(step.run({} as never)).rejects.toThrow('got nothing');
    const inputs = { data: new Int32Array(6), shape: [2, 3], dtype: 'int32' } as const;
    await expect(step.run(inputs)).rejects.toThrow('Int32Array');
    await step.dispose();
  });

  it('refuses to carry what does not fit', async () => {
    const fn = (({ w }: { w: Tensor }) => ({ w: tf.sum(w) })) as never;
    await expect(compileStep(fn, { w: { shape: [2] } } as never, { carry: { w: 'w' } })).rejects.toThrow(
      'output "w" is float32 [], and the input "w" is float32 [2]',
    );
    await expect(compileStep(fn, { w: { shape: [2] } } as never, { carry: { q: 'w' } })).rejects.toThrow(
      'there is no output "q"',
    );
  });

  it('two runs at once are refused', async () => {
    const step = await compileStep((x) => tf.neg(x as Tensor), tf.zeros([2]) as Tensor);
    const first = step.run(tf.zeros([2]));
    await expect(step.run(tf.zeros([2]))).rejects.toThrow('await each run');
    await first;
    await step.dispose();
  });

  it('explains itself', async () => {
    const step = await compileStep((x) => tf.mul(tf.relu(x as Tensor), 3), tf.zeros([2, 3]) as Tensor);
    expect(step.explain()).toContain('Relu(value)');
    expect(step.explain()).toContain('float32 [2,3] 24 B');
    expect(step.toOnnx().length).toBeGreaterThan(50);
    await step.dispose();
  });
});

describe('large results', () => {
  it('are written in place, and errors still come through', async () => {
    const step = await compileStep(
      ({ state, index }) => ({
        state: tf.add(state, tf.gather(tf.tensor1d([1, 2]), index)),
        copy: tf.neg(state),
      }),
      { state: { shape: [200_000] }, index: { shape: [], dtype: 'int32' } } as never as {
        state: Tensor;
        index: Tensor;
      },
      { carry: { state: 'state' } },
    );
    const at = (i: number) =>
      step.run({ index: tf.scalar(i, 'int32') } as never) as unknown as Promise<{ copy: HostTensor }>;
    await at(1);
    const { copy } = await at(0);
    expect(copy.data[199_999]).toBe(-2);
    await expect(at(7)).rejects.toThrow('out of data bounds');
    expect(step.readState()['state']!.data.slice(0, 2)).toEqual(Float32Array.of(3, 3));
    await step.dispose();
  });
});
