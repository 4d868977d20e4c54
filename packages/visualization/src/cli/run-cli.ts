import { EspalierError } from '@espalier/core';
import { type CommandHost, nodeModule, portOf, readCommandLine, watch } from '@espalier/core/internal';
import { htmlReport, type HtmlReportOptions } from '../report/html-report.js';
import { readRun, readStartedRun } from '../saved-runs/read-run.js';
import { runReport } from '../saved-runs/run-report.js';
import type { SavedRun } from '../saved-runs/saved-run.js';
import { writeReport } from '../report/write-report.js';

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
  const title = options['--title'];
  if (command === 'report') {
    const { made, ...report } = runReport(byPath(await Promise.all(paths.map(readRun)), paths), title);
    const repeat = ['npx', '@espalier/visualization', ...args].map(quoted).join(' ');
    const html = await htmlReport({ ...report, made: { ...made, command: repeat } });
    host.print(await writeReport(options['--out'] ?? 'report.html', html));
    return 0;
  }
  const render = async (): Promise<string> => {
    const runs = byPath(await Promise.all(paths.map(readStartedRun)), paths);
    return htmlReport(followed(runs, title));
  };
  const port = portOf(line, RULES.scope);
  await render(); // What cannot be read is told here, and not in the browser.
  await watch(host, { render, files: await filesOf(paths), port }, paths.join(', '));
  return 0;
}

/** Runs of one name are named by their paths. */
function byPath(runs: readonly SavedRun[], paths: readonly string[]): SavedRun[] {
  const names = runs.map(({ name }) => name);
  return runs.map((run, i) =>
    names.indexOf(run.name) === names.lastIndexOf(run.name) ? run : { ...run, name: paths[i]! },
  );
}

/** What there is to show of runs of which some may not have ended their first epoch. */
function followed(runs: readonly SavedRun[], title: string | undefined): HtmlReportOptions {
  const waiting = runs.filter(({ history }) => history.epochs.length === 0).map(({ name }) => name);
  if (waiting.length === 0) return runReport(runs, title);
  const subtitle = `Not one epoch yet: ${waiting.join(', ')}`;
  const started = runs.filter(({ history }) => history.epochs.length > 0);
  return started.length === 0
    ? { title: title ?? waiting.join(', '), subtitle, sections: [] }
    : { ...runReport(started, title), subtitle };
}

/** As a shell reads it. */
const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

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
