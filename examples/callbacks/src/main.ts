import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bestCheckpoint, latestCheckpoint } from '@espalier/callbacks';

const runs = mkdtempSync(join(tmpdir(), 'espalier-callbacks-'));

/** Trains in a process of its own, so that it can die. */
function train(title: string, ...args: string[]): void {
  console.log(`\n${title}`);
  const script = fileURLToPath(new URL('train.ts', import.meta.url));
  const { signal, status } = spawnSync(process.execPath, [...process.execArgv, script, runs, ...args], {
    stdio: 'inherit',
  });
  if (signal) console.log(`the process was killed (${signal})`);
  else if (status !== 0) throw new Error(`training ended with status ${status}`);
}

train('Run 1, with a power cut after 110 steps:', 'new', '110');
train('Run 1 goes on:');
train('Run 2 is the same, never interrupted:', 'new');

const [killed, whole] = [join(runs, '1'), join(runs, '2')];
const [resumed, reference] = [(await latestCheckpoint(killed))!, (await latestCheckpoint(whole))!];
const bytes = (of: typeof resumed, name: string): Buffer =>
  Buffer.from(of.checkpoint.arrays[name]!.data.buffer);
const names = Object.keys(reference.checkpoint.arrays);
const same = names.filter((name) => bytes(resumed, name).equals(bytes(reference, name)));
console.log(
  `\nweights, averages, optimizer slots, plugin state with the same bits: ${same.length} of ${names.length}`,
);
const log = (folder: string): string => readFileSync(join(folder, 'log.csv'), 'utf8');
console.log(`log.csv of both runs equal: ${log(killed) === log(whole)}`);
for (const { epoch, message } of reference.checkpoint.events)
  if (message.includes('learning rate')) console.log(`epoch ${epoch}: ${message}`);
console.log(`the best val_accuracy was after step ${(await bestCheckpoint(whole))!.checkpoint.step}`);
rmSync(runs, { recursive: true });
