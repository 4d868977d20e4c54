/**
 * The compiled step alone: batches are gathered, the step is run and its sums are read, nothing else. Arguments: case as
 * JSON.
 */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { compiled } from '@espalier/compile';
import {
  type Executor,
  type ExecutorSession,
  type HostArrays,
  type HostBatch,
  type StepInputs,
  stream,
  Trainer,
} from '@espalier/core';
import { softmaxCrossEntropy } from '@espalier/losses';
import { accuracy } from '@espalier/metrics';
import { adam } from '@espalier/optimizers';
import type { Case } from '../cases.js';
import { pictures } from './data.js';
import { modelOf } from './model.js';
import { serve } from './serve.js';

const spec = JSON.parse(process.argv[2]!) as Case;
await tf.setBackend('cpu');
const data = pictures(spec, spec.steps * spec.batch);

/** A session of a trainer's program, and what the trainer gave to its first step. */
async function sessionOf(): Promise<{ session: ExecutorSession; inputs: StepInputs; like: HostBatch }> {
  const fast = compiled({ threads: spec.threads });
  let session: ExecutorSession | undefined;
  let inputs: StepInputs | undefined;
  let like: HostBatch | undefined;
  const executor: Executor = {
    name: 'watched',
    async start(program, state) {
      session = await fast.start(program, state);
      const started = await fast.start(program, state);
      return {
        name: started.name,
        train(batch, given) {
          like ??= batch;
          return started.train(batch, (inputs ??= given));
        },
        accumulate: (batch, given) => started.accumulate(batch, given),
        evaluateWithOutputs: (batch, given) => started.evaluateWithOutputs(batch, given),
        evaluate: (batch, given) => started.evaluate(batch, given),
        penalties: (given) => started.penalties(given),
        predict: (arrays, given) => started.predict(arrays, given),
        readState: (prefix) => started.readState(prefix),
        writeState: (entries) => started.writeState(entries),
        dispose: () => started.dispose(),
      };
    },
  };
  const trainer = new Trainer({
    model: modelOf(spec),
    loss: softmaxCrossEntropy(),
    optimizer: adam({ learningRate: 0.001 }),
    metrics: [accuracy()],
    seed: 1,
    executor,
  });
  await trainer.fit(data, { epochs: 1, batchSize: spec.batch });
  return { session: session!, inputs: inputs!, like: like! };
}

const { session, inputs, like } = await sessionOf();
const named = (from: HostArrays, names: HostArrays): HostArrays => ({
  [Object.keys(names)[0]!]: Object.values(from)[0]!,
});
const order = stream(1, 'bench/order').permutation(data.size);
let step = 0;
let total = 0;
await serve(300, async (steps) => {
  for (let i = 0; i < steps; i++, step++) {
    const first = (step % spec.steps) * spec.batch;
    const batch = await data.batch(order.slice(first, first + spec.batch));
    const renamed = {
      inputs: named(batch.inputs, like.inputs),
      targets: named(batch.targets, like.targets),
    };
    const result = await session.train(renamed, { ...inputs, draw: step });
    for (const sum of Object.values(await result.sums())) total += sum[0]!;
  }
});
console.error(total);
