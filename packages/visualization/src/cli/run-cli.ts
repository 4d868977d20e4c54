import { EspalierError } from '@espalier/core';
import { type CommandHost, nodeModule, portOf, readCommandLine, watch } from '@espalier/core/internal';
import { htmlReport } from '../html-report.js';
import { readRun } from '../saved-runs/read-run.js';
import { runReport } from '../saved-runs/run-report.js';
import { writeReport } from '../write-report.js';

const USAGE = `usage: npx @espalier/visualization COMMAND RUN... [--title TEXT] [--out FILE | --port N]

RUN is the log of jsonlLogger (.jsonl) or csvLogger (.csv), the JSON of a trainer's record (.json), or a folder with one of
record.json, log.jsonl and log.csv. It may be in use.

  report  writes one HTML file with the learning curves of all runs; to report.html, or where --out says
  watch   serves that page to this machine alone, and keeps it up to date while the runs go on; at a free port, or --port`;

const RULES = {
  scope: 'visualization',
  commands: ['report', 'watch'],
  options: {
    '--title': { value: true, with: ['report', 'watch'] },
    '--out': { value: true, with: ['report'] },
    '--port': { value: true, with: ['watch'] },
  },
};

/**
 * The command line.
 *
 * @returns The exit status: 0.
 * @throws EspalierError for a command or option that there is not, and a run that cannot be read.
 */
export async function runCli(args: readonly string[], host: CommandHost): Promise<number> {
  if (args.length === 0 || args.includes('--help')) {
    host.print(USAGE);
    return 0;
  }
  const line = readCommandLine(args, RULES);
  const { command, rest: paths, options } = line;
  if (paths.length === 0)
    throw new EspalierError({
      code: 'invalid-option',
      scope: RULES.scope,
      message: `${command} takes the paths of one run or several.`,
    });
  const render = async (): Promise<string> =>
    htmlReport(runReport(await Promise.all(paths.map(readRun)), options['--title']));
  if (command === 'report') {
    host.print(await writeReport(options['--out'] ?? 'report.html', await render()));
    return 0;
  }
  const port = portOf(line, RULES.scope);
  await render(); // What cannot be read is told here, and not in the browser.
  await watch(host, { render, files: await filesOf(paths), port }, paths.join(', '));
  return 0;
}

/** A folder changes with the files in it, whose names its own time does not follow. */
async function filesOf(paths: readonly string[]): Promise<string[]> {
  const [{ stat }, { join }] = await Promise.all([
    nodeModule<typeof import('node:fs/promises')>('node:fs/promises'),
    nodeModule<typeof import('node:path')>('node:path'),
  ]);
  const all = paths.map(async (path) =>
    (await stat(path)).isDirectory()
      ? ['record.json', 'log.jsonl', 'log.csv'].map((name) => join(path, name))
      : [path],
  );
  return (await Promise.all(all)).flat();
}
