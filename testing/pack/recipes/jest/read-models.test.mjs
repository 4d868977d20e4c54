import { readFile } from 'node:fs/promises';
import { readModels } from './read-models.js';

test('reads models of Keras and PyTorch', async () => {
  const predicted = await readModels('models/', (path) => readFile(path));
  process.stdout.write(`${JSON.stringify(predicted)}\n`);
  expect(predicted.json).toEqual(predicted.keras);
});
