import * as tf from '@tensorflow/tfjs-core';
import type { HostArrays, Tensors } from '../data/arrays.js';
import { sizeOf } from '../data/arrays.js';
import { toTensor } from '../data/to-tensor.js';
import type { HostBatch } from '../data/dataset.js';
import type {
  BatchSums,
  EvaluatedBatch,
  Executor,
  ExecutorSession,
  StepInputs,
  StepResult,
} from './executor.js';
import type { Batch } from '../run/plugin.js';
import { doubtful, probeGradients } from './preflight/gradient-probes.js';
import { watchOps } from './preflight/watch-ops.js';
import { needBackend } from './need-backend.js';
import { prepareTfjs } from './prepare-tfjs.js';
import { stream } from '../random.js';
import { mapTensors } from '../step/gradients.js';
import { unknownScalar } from '../step/unknown-scalar.js';
import { toHostArray, toHostArrays } from '../step/state.js';
import type { StepContext } from '../step/step-context.js';
import type { StepProgram } from '../step/step-program.js';

/**
 * Runs steps op by op on whatever TensorFlow.js backend is active: needs nothing else, and is easy to debug.
 *
 * @example
 * ```ts
 * new Trainer({ model, loss, optimizer, executor: eager() });
 * ```
 */
export function eager(): Executor {
  return {
    name: 'eager',
    async start(program, state) {
      prepareTfjs();
      needBackend('eager');
      await tf.ready();
      return new EagerSession(program, state);
    },
  };
}

/** With which backend and what trained the ops of a program were last found to work. */
const passed = new WeakMap<StepProgram, string>();

/** What a step made, not yet taken over. */
type NewStep = Record<'state' | 'sums' | 'taps', Record<string, tf.Tensor>>;

class EagerSession implements ExecutorSession {
  readonly name = `eager (${tf.getBackend()})`;
  readonly #program: StepProgram;
  #state: Record<string, tf.Tensor> = {};
  #taps: Record<string, tf.Tensor> = {};
  /** What decides whether the ops of the program work: the backend, and what is trained. */
  readonly #version: string;

  constructor(program: StepProgram, state: HostArrays) {
    this.#program = program;
    this.#version = `${tf.getBackend()} ${program.version()}`;
    for (const name of Object.keys(state)) this.#state[name] = tf.keep(toTensor(state[name]!));
  }

  /** The first step of a program counts only when every op and gradient in it is one that the backend has right. */
  train(batch: HostBatch, inputs: StepInputs): StepResult | Promise<StepResult> {
    if (passed.get(this.#program) === this.#version) return this.#take(this.#step(batch, inputs));
    const { result, differentiated } = watchOps(() => this.#step(batch, inputs));
    const pass = (): StepResult => {
      passed.set(this.#program, this.#version);
      return this.#take(result);
    };
    const unsure = doubtful(differentiated);
    if (unsure.length === 0) return pass();
    return probeGradients(unsure).then(pass, (refusal: unknown) => {
      const kept = new Set(Object.values(this.#state));
      for (const group of Object.values(result))
        for (const tensor of Object.values(group)) if (!kept.has(tensor)) tensor.dispose();
      throw refusal;
    });
  }

  #step(batch: HostBatch, inputs: StepInputs): NewStep {
    const taps: Record<string, tf.Tensor> = {};
    return inStep(true, inputs, taps, (step) => {
      const result = this.#program.train(this.#state, toBatch(batch), step);
      for (const name of Object.keys(taps)) taps[name] = tf.clone(taps[name]!);
      // The taps are named in the result only so that tidy leaves them alive.
      return { state: { ...result.state }, sums: { ...result.sums }, taps };
    });
  }

  #take({ state, sums, taps }: NewStep): StepResult {
    this.#replaceState(state);
    disposeAll(this.#taps);
    this.#taps = taps;
    return {
      sums: () => takeSums(sums),
      tap: async (name) => {
        const tensor = this.#taps[name];
        return tensor && toHostArray(tensor);
      },
    };
  }

  accumulate(batch: HostBatch, inputs: StepInputs): BatchSums | Promise<BatchSums> {
    const { state, sums } = inStep(true, inputs, undefined, (step) => {
      const result = this.#program.accumulate(this.#state, toBatch(batch), step);
      return { state: { ...result.state }, sums: { ...result.sums } };
    });
    this.#replaceState(state);
    return takeSums(sums);
  }

  evaluate(batch: HostBatch, inputs: StepInputs): BatchSums | Promise<BatchSums> {
    const { sums } = inStep(false, inputs, undefined, (step) => ({
      sums: { ...this.#program.evaluate(this.#state, toBatch(batch), step).sums },
    }));
    return takeSums(sums);
  }

  async evaluateWithOutputs(batch: HostBatch, inputs: StepInputs): Promise<EvaluatedBatch> {
    const { sums, outputs } = inStep(false, inputs, undefined, (step) => {
      const result = this.#program.evaluate(this.#state, toBatch(batch), step);
      return { sums: { ...result.sums }, outputs: cloned(result.outputs) };
    });
    try {
      return { sums: await takeSums(sums), outputs: await toHostArrays(outputs) };
    } finally {
      disposeAll(outputs);
    }
  }

  penalties(inputs: StepInputs): BatchSums | Promise<BatchSums> {
    const { sums } = inStep(false, inputs, undefined, (step) => ({
      sums: { ...this.#program.penalties(this.#state, step) },
    }));
    return takeSums(sums);
  }

  async predict(arrays: HostArrays, inputs: StepInputs): Promise<HostArrays> {
    const { outputs } = inStep(false, inputs, undefined, (step) => ({
      outputs: cloned(this.#program.predict(this.#state, mapArrays(arrays), step)),
    }));
    try {
      return await toHostArrays(outputs);
    } finally {
      disposeAll(outputs);
    }
  }

  readState(prefix = ''): Promise<HostArrays> {
    const names = Object.keys(this.#state).filter((name) => name.startsWith(prefix));
    return toHostArrays(Object.fromEntries(names.map((name) => [name, this.#state[name]!])));
  }

  async writeState(entries: HostArrays): Promise<void> {
    for (const name of Object.keys(entries)) {
      const old = this.#state[name];
      this.#state[name] = tf.keep(toTensor(entries[name]!, true));
      old?.dispose();
    }
  }

  dispose(): void {
    disposeAll(this.#state);
    disposeAll(this.#taps);
    this.#state = {};
    this.#taps = {};
  }

  #replaceState(next: Record<string, tf.Tensor>): void {
    const old = this.#state;
    const alive = new Set<tf.Tensor>();
    for (const name of Object.keys(next)) {
      // Two entries that a step made equal still are two entries.
      if (alive.has(next[name]!)) next[name] = tf.clone(next[name]!);
      alive.add(tf.keep(next[name]!));
    }
    for (const tensor of Object.values(old)) if (!alive.has(tensor)) tensor.dispose();
    this.#state = next;
  }
}

/** Runs the body of a step in a tidy, and disposes what the step was given out. */
export function inStep<T extends Record<string, Record<string, tf.Tensor>>>(
  training: boolean,
  inputs: StepInputs,
  taps: Record<string, tf.Tensor> | undefined,
  body: (step: StepContext) => T,
): T {
  const scalars = Object.create(null) as Record<string, tf.Scalar>;
  const step: StepContext = {
    training,
    scalar(name) {
      const value = inputs.scalars[name];
      if (typeof value !== 'number') throw unknownScalar(name, Object.keys(inputs.scalars));
      // Kept: whoever asks first may do so in a tidy of its own, and the next one gets the same tensor.
      return (scalars[name] ??= tf.keep(tf.scalar(value, 'float32')));
    },
    random(name, shape, distribution = 'uniform') {
      const numbers = stream(inputs.seed, name, inputs.draw);
      const size = sizeOf(shape);
      const values = distribution === 'normal' ? numbers.normals(size) : numbers.uniforms(size);
      return tf.tensor(values, shape as number[], 'float32');
    },
    tap(name, value) {
      if (taps) taps[name] = value;
    },
  };
  try {
    return tf.tidy(() => {
      const result = body(step);
      const given = new Set<tf.Tensor>(Object.values(scalars));
      for (const group of Object.values(result)) {
        for (const name of Object.keys(group)) {
          if (given.has(group[name]!)) group[name] = tf.clone(group[name]!);
        }
      }
      return result;
    });
  } finally {
    disposeAll(scalars);
  }
}

/** A batch as tensors of the present scope. */
export function toBatch({ inputs, targets, weights }: HostBatch): Batch {
  return {
    inputs: mapArrays(inputs),
    targets: mapArrays(targets),
    ...(weights ? { weights: mapArrays(weights) } : {}),
  };
}

function mapArrays(arrays: HostArrays): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.keys(arrays).map((name) => [name, toTensor(arrays[name]!)]));
}

function takeSums(sums: Record<string, tf.Tensor>): BatchSums | Promise<BatchSums> {
  const names = Object.keys(sums);
  // WebGPU reads asynchronously only; elsewhere reading at once is cheaper than a promise per tensor.
  if (tf.getBackend() === 'webgpu') {
    return Promise.all(names.map((name) => sums[name]!.data()))
      .then((values) => Object.fromEntries(names.map((name, i) => [name, values[i]!])) as BatchSums)
      .finally(() => disposeAll(sums));
  }
  try {
    return Object.fromEntries(names.map((name) => [name, sums[name]!.dataSync().slice()])) as BatchSums;
  } finally {
    disposeAll(sums);
  }
}

/** What a model gives may be a tensor that it was given. */
function cloned(tensors: Tensors): Record<string, tf.Tensor> {
  return mapTensors(tensors, (tensor) => tf.clone(tensor));
}

function disposeAll(tensors: Readonly<Record<string, tf.Tensor>>): void {
  for (const tensor of Object.values(tensors)) tensor.dispose();
}
