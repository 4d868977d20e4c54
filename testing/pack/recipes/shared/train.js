import { wasm } from '@espalier/backend-wasm';
import { compiled } from '@espalier/compile';
import { eager, Trainer, useBackend } from '@espalier/core';
import { syntheticClassification } from '@espalier/datasets';
import { softmaxCrossEntropy } from '@espalier/losses';
import { mlp } from '@espalier/models';
import { adam } from '@espalier/optimizers';

const executors = {
  eager: () => eager(),
  wasm: () => compiled({ target: 'wasm' }),
  onnx: () => compiled({ target: 'onnx' }),
};

/** Trains the same small network on any of the engines, and gives its losses. */
export async function train(engine, { wasmPaths, plugins = [] } = {}) {
  await useBackend(wasm(wasmPaths ? { wasmPaths } : {}));
  const trainer = new Trainer({
    model: mlp({ inputs: 4, hidden: [16], outputs: 3, seed: 1 }),
    loss: softmaxCrossEntropy(),
    optimizer: adam({ learningRate: 0.01 }),
    executor: executors[engine](),
    plugins,
    seed: 1,
  });
  const data = syntheticClassification({ examples: 120, features: 4, classes: 3, seed: 1 });
  const { executor, epochs } = await trainer.fit(data, { epochs: 8, batchSize: 16 });
  return { executor, losses: epochs.map(({ loss }) => loss) };
}
