import { wasm } from '@espalier/backend-wasm';
import { Trainer, useBackend } from '@espalier/core';
import { syntheticClassification } from '@espalier/datasets';
import { softmaxCrossEntropy } from '@espalier/losses';
import { mlp } from '@espalier/models';
import { adam } from '@espalier/optimizers';
import { serveRuns } from '@espalier/workers';

serveRuns({
  async train({ learningRate, units, seed }, job) {
    await useBackend(wasm());
    const trainer = new Trainer({
      model: mlp({ inputs: 4, hidden: [units], outputs: 3, seed }),
      loss: softmaxCrossEntropy(),
      optimizer: adam({ learningRate }),
      plugins: [job.plugin()],
      seed,
    });
    const data = syntheticClassification({ examples: 120, features: 4, classes: 3, seed: 1 });
    const { epochs } = await trainer.fit(data, { epochs: 3, batchSize: 16 });
    return epochs.at(-1).loss;
  },
});
