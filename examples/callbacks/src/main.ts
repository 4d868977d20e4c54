import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { latestCheckpoint } from '@espalier/callbacks';

const runs = mkdtempSync(join(tmpdir(), 'espalier-callbacks-'));
const [killed, whole] = [join(runs, 'killed'), join(runs, 'whole')];

/** Trains in a process of its own, so that it can die. */
function train(title: string, ...args: string[]): void {
  console.log(`\n${title}`);
  const script = fileURLToPath(new URL('train.ts', import.meta.url));
  const { signal, status } = spawnSync(process.execPath, [...process.execArgv, script, ...args], {
    stdio: 'inherit',
  });
  if (signal) console.log(`the process was killed (${signal})`);
  else if (status !== 0) throw new Error(`training ended with status ${status}`);
}

train('A run with a power cut after 137 steps:', killed, '137');
train('The same command again:', killed);
train('The same run, never interrupted:', whole);

const [resumed, reference] = [
  await latestCheckpoint(killed + '/checkpoints'),
  await latestCheckpoint(whole + '/checkpoints'),
];
const same = (name: string): boolean =>
  Buffer.from(resumed!.checkpoint.arrays[name]!.data.buffer).equals(
    Buffer.from(reference!.checkpoint.arrays[name]!.data.buffer),
  );
const names = Object.keys(reference!.checkpoint.arrays);
console.log(
  `\nweights, optimizer slots and plugin state with the same bits: ${names.filter(same).length} of ${names.length}`,
);
const log = (folder: string): string => readFileSync(join(folder, 'log.csv'), 'utf8');
console.log(`log.csv of both runs equal: ${log(killed) === log(whole)}`);
console.log(log(whole).split('\n').slice(0, 3).join('\n'));
for (const { epoch, message } of reference!.checkpoint.events) console.log(`epoch ${epoch}: ${message}`);
rmSync(runs, { recursive: true });
