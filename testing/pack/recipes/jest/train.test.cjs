// Jest's default: CommonJS, and no import().
require('@tensorflow/tfjs-backend-cpu');
const { existsSync, readFileSync } = require('node:fs');
const { wasm } = require('@espalier/backend-wasm');
const { modelCheckpoint } = require('@espalier/callbacks');
const { compiled } = require('@espalier/compile');
const { eager, Trainer, useBackend } = require('@espalier/core');
const { syntheticClassification } = require('@espalier/datasets');
const { softmaxCrossEntropy } = require('@espalier/losses');
const { loadModel, mlp, readSafetensors, saveModel } = require('@espalier/models');
const { adam } = require('@espalier/optimizers');

async function train(executor, plugins = []) {
  const model = mlp({ inputs: 4, hidden: [16], outputs: 3, seed: 1 });
  const parts = { model, loss: softmaxCrossEntropy(), optimizer: adam({ learningRate: 0.01 }), executor };
  const data = syntheticClassification({ examples: 120, features: 4, classes: 3, seed: 1 });
  const { executor: used, epochs } = await new Trainer({ ...parts, plugins, seed: 1 }).fit(data, {
    epochs: 8,
    batchSize: 16,
  });
  return { model, executor: used, losses: epochs.map(({ loss }) => loss) };
}

const outcome = {};
const keep = (engine, { executor, losses }) => (outcome[engine] = { executor, losses });
afterAll(() => process.stdout.write(`${JSON.stringify(outcome)}\n`));

test('trains step by step, and writes files', async () => {
  const { model, ...trained } = await train(eager(), [modelCheckpoint({ directory: 'runs' })]);
  keep('eager', trained);
  expect(existsSync('runs')).toBe(true);
  await saveModel(model, 'saved');
  expect((await loadModel('saved/model.json')).countParams()).toBe(model.countParams());
});

test('trains steps that are compiled to WebAssembly', async () => {
  keep('wasm', await train(compiled({ target: 'wasm' })));
  expect(outcome.wasm.losses.at(-1)).toBeLessThan(0.5);
});

test('reads safetensors', () => {
  expect(readSafetensors(readFileSync('models/torch.safetensors')).tensors['fc.bias'].shape).toEqual([2]);
});

test.each([
  ['the wasm backend', () => useBackend(wasm())],
  ['ONNX Runtime', () => train(compiled({ target: 'onnx' }))],
  ['a model of Keras', () => loadModel('models/images.keras')],
])('says of %s what is in its way', async (_, start) => {
  await expect(start()).rejects.toThrow(
    'cannot be imported, because this test runner refuses import(). To fix it: start Jest with NODE_OPTIONS=--experimental-vm-modules',
  );
});
