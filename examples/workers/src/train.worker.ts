import { wasm } from '@espalier/backend-wasm';
import { Trainer, useBackend } from '@espalier/core';
import { split, syntheticClassification } from '@espalier/datasets';
import { softmaxCrossEntropy } from '@espalier/losses';
import { accuracy } from '@espalier/metrics';
import { mlp } from '@espalier/models';
import { adam } from '@espalier/optimizers';
import { serveRuns } from '@espalier/workers';

/** What the thread can do. The main thread imports its type only. */
export const runs = serveRuns({
  classify: async ({ hidden, epochs }: { readonly hidden: number; readonly epochs: number }, job) => {
    await useBackend(wasm());
    const data = syntheticClassification({ examples: 12_000, features: 64, classes: 10, seed: 1 });
    const [train, validation] = split(data, { fractions: [0.8, 0.2], seed: 1 });
    const trainer = new Trainer({
      model: mlp({ inputs: 64, hidden: [hidden, hidden], outputs: 10, seed: 1 }),
      loss: softmaxCrossEntropy(),
      optimizer: adam({ learningRate: 1e-3 }),
      metrics: [accuracy()],
      plugins: [job.plugin()],
      seed: 1,
    });
    const record = await trainer.fit(train, { epochs, batchSize: 64, validation });
    return { record, weights: job.transfer(await trainer.getWeights()) };
  },
});
