import { access, constants, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EspalierError, isEspalierError } from '@espalier/core';
import { mnist, split, take } from '@espalier/datasets';
import { writeReport } from '@espalier/visualization';
import { startEngine } from './engine.js';
import { HELP, parseOptions, type StudyOptions } from './options.js';
import { studyReport } from './report.js';
import { runVariant, type StudyData, type StudyResult } from './study.js';
import { formatTable, resultTable } from './table.js';
import { variants } from './variants.js';

async function loadData(seed: number, quick: boolean): Promise<StudyData> {
  const { train: all, test } = await mnist({ flatten: true });
  const [train, validation] = split(all, { fractions: [0.8, 0.2], seed });
  return quick
    ? { train: take(train, 5000), validation: take(validation, 1000), test }
    : { train, validation, test };
}

/** Nobody wants to hear after two minutes of training that the report cannot be written. */
async function prepareFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (cause) {
    const message = `cannot write to '${folder}': ${(cause as Error).message}; choose another with --out.`;
    throw new EspalierError({ code: 'io', scope: 'mnist-regularization', message, cause });
  }
}

async function study(options: StudyOptions): Promise<void> {
  const { quick, seed, epochs, out } = options;
  const startedAt = performance.now();
  await prepareFolder(out);
  const executor = await startEngine(options.engine, (line) => console.log(line));
  const data = await loadData(seed, quick);
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort('Ctrl-C'));
  const results: StudyResult[] = [];
  for (const variant of variants) {
    results.push(await runVariant(variant, { data, seed, epochs, executor, signal: interrupted.signal }));
    if (interrupted.signal.aborted) break;
  }
  const { record } = results[0]!;
  const subtitle = `784-128-64-10, Adam, batch 128, seed ${seed}; ${data.train.size} training images; ${record.executor}`;
  console.log(`\n${subtitle}\n\n${formatTable(resultTable(results))}\n`);
  const path = await writeReport(join(out, 'report.html'), await studyReport(results, subtitle));
  console.log(`${((performance.now() - startedAt) / 1000).toFixed(0)} s. Report:`);
  console.log(path);
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options) await study(options);
  else console.log(HELP);
} catch (error) {
  if (!isEspalierError(error)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
