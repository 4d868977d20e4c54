/*
 * A run that writes checkpoints and a log into a folder: node writing-run.ts FOLDER [endless | fails]
 *
 * It resumes from the newest checkpoint there, says each epoch, and how it ended.
 */
import '@tensorflow/tfjs-backend-cpu';
import { csvLogger, latestCheckpoint, modelCheckpoint } from '@espalier/callbacks';
import { type Plugin, Trainer } from '@espalier/core';
import { syntheticClassification } from '@espalier/datasets';
import { softmaxCrossEntropy } from '@espalier/losses';
import { mlp } from '@espalier/models';
import { adam } from '@espalier/optimizers';

const [folder, mode] = process.argv.slice(2) as [string, string | undefined];
const say = (line: string) => process.stdout.write(`${line}\n`);
const telling: Plugin = {
  name: 'telling',
  onEpochEnd(run) {
    say(`epoch ${run.epoch}`);
    if (mode === 'fails') throw new Error('on purpose');
  },
};
try {
  const latest = await latestCheckpoint(folder);
  const trainer = new Trainer({
    model: mlp({ inputs: 2, hidden: [4], outputs: 2, seed: 1 }),
    loss: softmaxCrossEntropy(),
    optimizer: adam(),
    plugins: [
      telling,
      modelCheckpoint({ directory: folder, keep: 2 }),
      csvLogger({ path: `${folder}/log.csv` }),
    ],
    seed: 1,
  });
  const data = syntheticClassification({ examples: 32, features: 2, classes: 2, seed: 1 });
  const epochs = mode === 'endless' ? 1e9 : (latest?.checkpoint.epoch ?? 0) + 2;
  const { status } = await trainer.fit(data, {
    epochs,
    resumeFrom: latest?.checkpoint,
  });
  say(status);
} catch (error) {
  say(`refused: ${(error as Error).message}`);
}
