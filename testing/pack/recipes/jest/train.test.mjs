import { train } from './train.js';

test('trains on every engine', async () => {
  const outcome = {};
  for (const engine of ['eager', 'wasm', 'onnx']) outcome[engine] = await train(engine);
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
  expect(outcome.wasm.losses.at(-1)).toBeLessThan(0.5);
}, 60_000);
