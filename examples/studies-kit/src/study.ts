import { access, constants, mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { compiled, eager, EspalierError, type Executor, isEspalierError, useBackend, wasm } from 'espalier';
import { readEarlier } from './earlier-results.js';
import { Lab } from './lab.js';
import { helpText, parseOptions } from './options.js';
import { tableTexts } from './result-table.js';
import { inShort } from './results-page.js';
import { statusLine } from './status-line.js';
import type { StudyDescription } from './study-description.js';
import { writeResults } from './write-results.js';

/** Runs a study as a command: reads the command line, does the work, writes the results. Errors of ours end it with their message. */
export async function study(description: StudyDescription, work: (lab: Lab) => Promise<void>): Promise<void> {
  const defaults = { seeds: 5, ...description };
  try {
    const options = parseOptions(process.argv.slice(2), defaults);
    if (!options) return console.log(helpText(defaults));
    const startedAt = performance.now();
    // Where every loader looks first; what the folder lacks, an npm package may have.
    if (options.data !== undefined) process.env['ESPALIER_DATA_DIR'] = options.data;
    await checkData(options.data, description.name);
    await prepareFolder(options.out, description.name);
    if (options.earlier !== undefined) await readEarlier(options.earlier, description.name);
    const interrupted = new AbortController();
    const stop = () => interrupted.abort(new Interrupted());
    process.once('SIGINT', stop).once('SIGTERM', stop);
    const status = statusLine(process.stderr);
    const say = (line: string) => {
      status?.clear();
      console.log(line);
    };
    const lab = new Lab(options, await startEngine(say), interrupted.signal, say, status);
    await work(lab).finally(() => status?.clear());
    lab.checkOnly(description.name);
    const report = await writeResults(lab, description);
    for (const table of lab.tables) console.log(`\n${table.title}\n${plainTable(tableTexts(table))}`);
    for (const table of lab.textTables) console.log(`\n${table.title}\n${plainTable(table)}`);
    for (const { text, verdict, evidence } of lab.claims)
      console.log(`\n${text}: ${verdict}.\n  ${evidence}`);
    const found = inShort(lab).join(' ');
    if (found !== '') console.log(`\n${found}`);
    console.log(
      `\n${((performance.now() - startedAt) / 1000).toFixed(0)} s. Results: ${options.out}/RESULTS.md, report: ${report}`,
    );
  } catch (error) {
    if (error instanceof Interrupted) {
      console.error('Interrupted. Finished runs are kept: the same command goes on where this one stopped.');
    } else if (isEspalierError(error)) console.error(error.message);
    else throw error;
    process.exitCode = 1;
  }
}

class Interrupted extends Error {}

async function startEngine(say: (line: string) => void): Promise<Executor> {
  await useBackend(wasm());
  const executor = compiled();
  const availability = await executor.isAvailable!();
  if (availability.available) return executor;
  say(`Running eagerly, several times slower: ${availability.reason}. To fix it: ${availability.fix}.`);
  return eager();
}

/** A folder that was named wrongly is no reason to make data up. */
export async function checkData(folder: string | undefined, study: string): Promise<void> {
  if (folder === undefined) return;
  const found = await stat(folder).catch((cause: Error) => cause);
  if (!(found instanceof Error) && found.isDirectory()) return;
  const what = found instanceof Error ? found.message : 'it is no folder';
  throw new EspalierError({
    code: 'io',
    scope: study,
    message: `cannot read '${folder}': ${what}; give --data the folder of the data sets.`,
    cause: found,
  });
}

/** Nobody wants to hear after an hour of training that the results cannot be written, or lose those of another study. */
export async function prepareFolder(folder: string, study: string): Promise<void> {
  const fail = (what: string, cause?: unknown): never => {
    throw new EspalierError({
      code: 'io',
      scope: study,
      message: `${what}; choose another with --out.`,
      cause,
    });
  };
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (cause) {
    fail(`cannot write to '${folder}': ${(cause as Error).message}`, cause);
  }
  const results = await readFile(join(folder, 'results.json'), 'utf8').catch(() => '{}');
  const [, other = study] = /"study": *"([^"]*)"/.exec(results) ?? [];
  if (other !== study) fail(`'${folder}' has the results of ${other}`);
}

function plainTable({
  columns,
  rows,
}: {
  columns: readonly string[];
  rows: readonly (readonly string[])[];
}): string {
  const widths = columns.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ');
  return [line(columns), ...rows.map(line)].join('\n');
}
