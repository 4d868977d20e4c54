import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun, runCommand } from '../support/run-command.js';
import type { PackedPackage } from './pack-packages.js';

/** The oldest that the declarations are for, some between, and whatever is newest. */
const VERSIONS = ['5.4', '5.6', '5.9', 'latest'];

/** A program of somebody who has switched on all that is strict. */
const program = `
import { csvLogger, earlyStopping, latestCheckpoint, modelCheckpoint } from '@espalier/callbacks';
import { eager, type Plugin, Trainer } from '@espalier/core';
import { split, syntheticClassification } from '@espalier/datasets';
import { softmaxCrossEntropy } from '@espalier/losses';
import { accuracy, confusionMatrix } from '@espalier/metrics';
import { mlp } from '@espalier/models';
import { adam } from '@espalier/optimizers';
import { l2 } from '@espalier/regularizers';

const printing: Plugin = { name: 'print', onEpochEnd: (run, logs) => console.log(run.epoch, logs['loss']) };
const data = syntheticClassification({ examples: 120, features: 4, classes: 3, seed: 1 });
const [train, validation] = split(data, { fractions: [0.75, 0.25], seed: 1 });
const trainer = new Trainer({
  model: mlp({ inputs: 4, hidden: [16], outputs: 3, seed: 1 }),
  loss: softmaxCrossEntropy(),
  optimizer: adam({ learningRate: 0.01 }),
  metrics: [accuracy(), confusionMatrix({ classes: 3 })],
  plugins: [
    l2({ lambda: 1e-4 }),
    earlyStopping({ monitor: 'val_loss', patience: 3 }),
    modelCheckpoint({ directory: 'runs' }),
    csvLogger({ path: 'runs/log.csv' }),
    printing,
  ],
  seed: 1,
  executor: eager(),
});
const latest = await latestCheckpoint('runs');
const { epochs } = await trainer.fit(train, {
  epochs: 8,
  batchSize: 16,
  validation,
  resumeFrom: latest?.checkpoint,
});
export const last: number | undefined = epochs.at(-1)?.['loss'];
const values = await trainer.evaluate(validation);
export const numbers: readonly number[] = [values.loss, values.accuracy, values.penalty ?? 0];
export const matrix: number[][] = values.confusionMatrix;
// @ts-expect-error a matrix is no number
export const wrong: number = values.confusionMatrix;
new Trainer({
  model: mlp({ inputs: 4, hidden: [16], outputs: 3, seed: 1 }),
  loss: softmaxCrossEntropy(),
  optimizer: adam({ learningRate: 0.01 }),
  metrics: [accuracy()],
  // @ts-expect-error misspelt
  plugins: [earlyStopping({ monitor: 'val_los' })],
});
`;

/** Type-checks a strict program and everything that the packages declare with several versions of TypeScript. */
export async function checkTypeScriptVersions(
  folder: string,
  packed: readonly PackedPackage[],
): Promise<string> {
  const project = join(folder, 'typescript-versions');
  mkdirSync(project, { recursive: true });
  const aliases = VERSIONS.map((version) => [`typescript-${version}`, `npm:typescript@${version}`] as const);
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ type: 'module', private: true, dependencies: Object.fromEntries(aliases) }),
  );
  const quiet = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await mustRun('npm', ['install', ...quiet], { cwd: project });
  const everything = packed.map(({ manifest: { name } }, i) => `export * as package${i} from '${name}';`);
  writeFileSync(join(project, 'everything.ts'), `${everything.join('\n')}\n`);
  writeFileSync(join(project, 'program.ts'), program);
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2022', 'dom'],
    module: 'nodenext',
    moduleResolution: 'nodenext',
    types: [],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    noEmit: true,
  };
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['everything.ts', 'program.ts'] }),
  );
  const used: string[] = [];
  for (const [name] of aliases) {
    const bin = join(project, 'node_modules', name, 'bin/tsc');
    used.push((await mustRun('node', [bin, '--version'])).trim().replace('Version ', ''));
    await mustRun('node', [bin, '--project', project], { cwd: project });
    // The typings of TensorFlow.js do not pass this; ours do, without those of Node.
    const whole = [bin, '--project', project, '--skipLibCheck', 'false', '--pretty', 'false'];
    const { output } = await runCommand('node', whole, { cwd: project });
    const ours = output.split('\n').filter((line) => /node_modules\/@?espalier\//.test(line));
    if (ours.length > 0) throw new Error(`${name} without skipLibCheck:\n${ours.join('\n')}`);
  }
  return `TypeScript ${used.join(', ')}`;
}
