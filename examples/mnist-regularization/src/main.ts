import { access, constants, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EspalierError, isEspalierError } from '@espalier/core';
import { tableText, writeReport } from '@espalier/visualization';
import { finding } from './finding.js';
import { HELP, parseOptions, type StudyOptions } from './options.js';
import { studyReport } from './report.js';
import { runAll } from './run-all.js';
import { resultTable } from './table.js';
import { variants } from './variants.js';

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
  const { seed, seeds, out } = options;
  const startedAt = performance.now();
  await prepareFolder(out);
  const results = await runAll(options, (line) => console.log(line));
  const planned = seeds * variants.length;
  if (results.length === 0) return console.log('Stopped before a run had finished.');
  if (results.length < planned)
    console.log(`Stopped: the ${results.length} of ${planned} runs that had finished are compared.`);
  const { record } = results[0]!;
  const images = record.setup.data?.examples;
  const which = seeds === 1 ? `seed ${seed}` : `seeds ${seed} to ${seed + seeds - 1}`;
  const found = finding(results);
  const subtitle = `784-128-64-10, Adam, batch 128, ${which}; ${images} training images; ${record.executor}`;
  console.log(`\n${subtitle}\n\n${tableText(resultTable(results))}`);
  if (found !== undefined) console.log(`${found}\n`);
  const path = await writeReport(join(out, 'report.html'), await studyReport(results, subtitle, found));
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
