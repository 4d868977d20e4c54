import {
  accuracy,
  adam,
  mlp,
  mnist,
  progressBar,
  softmaxCrossEntropy,
  take,
  Trainer,
  useBackend,
  wasm,
} from 'espalier';

await useBackend(wasm());
const { train, test } = await mnist({ flatten: true });
const trainer = new Trainer({
  model: mlp({ inputs: 784, hidden: [128], outputs: 10, dropout: 0.2, seed: 1 }),
  loss: softmaxCrossEntropy(),
  optimizer: adam(),
  metrics: [accuracy()],
  plugins: [progressBar()],
  seed: 1,
});
const record = await trainer.fit(take(train, 10_000), { epochs: 3, batchSize: 64 });
const { accuracy: share } = await trainer.evaluate(test);
console.log(`${record.executor}: ${((share as number) * 100).toFixed(2)} % of the test digits are right`);
