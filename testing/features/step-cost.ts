import * as tf from '@tensorflow/tfjs-core';
import type { Loss, Optimizer } from '@espalier/core';
import {
  type ContractParts,
  kernelsOf,
  type ObjectiveProblem,
  toyDataset,
  toyModelOf,
  toyNumbers,
  toyRun,
  type ToyRunOptions,
} from '@espalier/testkit';
import { eager, stream } from '@espalier/core';

/* What a part adds to a training step, counted rather than timed: so that it is the same on every machine. */

const EXAMPLES = 22;

/** An optimizer that moves nothing and a loss with the simplest gradient: what others are counted against. */
const still: Optimizer = {
  name: 'still',
  learningRate: 0.1,
  init: () => ({}),
  update: (_gradients, slots, parameters) => ({ parameters, slots }),
};
const least: Loss = {
  name: 'least',
  perExample: (outputs) => tf.sum<tf.Tensor1D>(tf.reshape(outputs, [outputs.shape[0]!, -1]), -1),
};

/** Kernels that one step calls on the eager executor: an epoch of a step more, less what an epoch without it takes. */
async function kernels(make: () => ToyRunOptions): Promise<number> {
  const epochs = async (count: number): Promise<number> => {
    const options = make();
    const names = await kernelsOf(() =>
      toyRun({ ...options, executor: eager(), fit: { epochs: count, batchSize: EXAMPLES, ...options.fit } }),
    );
    return names.length;
  };
  return (await epochs(2)) - (await epochs(1));
}

function on({ outputShape, draw }: ObjectiveProblem): ToyRunOptions {
  return {
    model: toyModelOf(outputShape),
    loss: least,
    metrics: [],
    data: toyDataset({
      inputs: { input: toyNumbers('toy/model-input', [EXAMPLES, 3]) },
      targets: { target: draw(EXAMPLES, stream(11, 'problem')).targets },
    }),
  };
}

/**
 * Kernels that each part under contract adds to a step of the toy network (two dense layers, four parameters), by the part's name
 * without its variant; the plainest variant stands for all. What no toy run can hold has none.
 */
export async function stepCosts(parts: ContractParts): Promise<Map<string, number>> {
  const costs = new Map<string, number>();
  const add = async (
    part: string,
    options: () => ToyRunOptions,
    base: () => ToyRunOptions,
  ): Promise<void> => {
    const name = part.replace(/ \(.*| .*/, '');
    if (costs.has(name)) return;
    try {
      costs.set(name, (await kernels(options)) - (await kernels(base)));
    } catch {
      // Needs data or a model of its own.
    }
  };
  for (const { name, make, problems } of parts.losses) {
    const problem = Object.values(problems)[0]!;
    await add(
      name,
      () => ({ ...on(problem), loss: make() }),
      () => on(problem),
    );
  }
  for (const { name, make, problems } of parts.metrics) {
    const problem = Object.values(problems)[0]!;
    await add(
      name,
      () => ({ ...on(problem), metrics: [make()] }),
      () => on(problem),
    );
  }
  for (const { name, make } of parts.optimizers)
    await add(
      name,
      () => ({ optimizer: make(0.01) }),
      () => ({ optimizer: still }),
    );
  for (const { name, make } of parts.plugins)
    await add(
      name,
      () => ({ plugins: [make()] }),
      () => ({}),
    );
  return costs;
}
