import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from '../support/run-command.js';

const jobs = (load: (name: string) => string): string => `
${load('backend-wasm')}; ${load('core')}; ${load('datasets')}; ${load('losses')}; ${load('models')}; ${load('optimizers')}; ${load('workers')};
const data = datasets.syntheticClassification({ examples: 120, features: 4, classes: 3, seed: 1 });
workers.serveRuns({
  async train({ epochs }, job) {
    await core.useBackend(backendWasm.wasm());
    const trainer = new core.Trainer({
      model: models.mlp({ inputs: 4, hidden: [16], outputs: 3, seed: 1 }),
      loss: losses.softmaxCrossEntropy(),
      optimizer: optimizers.adam({ learningRate: 0.01 }),
      plugins: [job.plugin()],
      seed: 1,
    });
    const { epochs: lines, status } = await trainer.fit(data, { epochs });
    return { losses: lines.map(({ loss }) => loss), status };
  },
});
`;

const main = (load: (name: string) => string, file: string): string => `
${load('workers')};
const run = async () => {
  const { Worker } = await import('node:worker_threads');
  const { pathToFileURL } = await import('node:url');
  const { join } = await import('node:path');
  const start = () => new Worker(pathToFileURL(join(process.cwd(), ${JSON.stringify(file)})));
  const pool = workers.workerPool(start);
  const whole = await pool.run('train', { epochs: 6 }).result;
  const endless = pool.run('train', { epochs: 1e6 }, { onEpoch: ({ epoch }) => { if (epoch === 2) endless.stop('enough'); } });
  const { status } = await endless.result;
  await pool.close();
  console.log(JSON.stringify({ ...whole, status: [whole.status, status] }));
};
void run();
`;

const variable = (name: string): string =>
  name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Trains in worker threads with what was installed, as ESM and as CommonJS, each thread of either kind. */
export async function checkThreads(folder: string): Promise<string> {
  const load = {
    mjs: (name: string) => `import * as ${variable(name)} from '@espalier/${name}'`,
    cjs: (name: string) => `const ${variable(name)} = require('@espalier/${name}')`,
  };
  const printed = new Set<string>();
  for (const [kind, other] of [
    ['mjs', 'cjs'],
    ['cjs', 'mjs'],
  ] as const) {
    for (const thread of [kind, other]) {
      writeFileSync(join(folder, `jobs.${thread}`), jobs(load[thread]));
      writeFileSync(join(folder, `threads.${kind}`), main(load[kind], `jobs.${thread}`));
      printed.add((await mustRun('node', [`threads.${kind}`], { cwd: folder })).trim().split('\n').at(-1)!);
    }
  }
  if (printed.size !== 1)
    throw new Error(`ESM and CommonJS trained differently:\n${[...printed].join('\n')}`);
  const { losses, status } = JSON.parse([...printed][0]!) as { losses: number[]; status: string[] };
  if (status.join() !== 'completed,stopped' || !(losses.at(-1)! < losses[0]!))
    throw new Error(`trained to ${losses.join()}, ${status.join()}`);
  return status.join(', ');
}
