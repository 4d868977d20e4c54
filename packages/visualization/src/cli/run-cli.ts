import { EspalierError } from '@espalier/core';
import {
  didYouMean,
  type LivePage,
  type LivePageOptions,
  nodeModule,
  serveLivePage,
} from '@espalier/core/internal';
import { htmlReport } from '../html-report.js';
import { readRun } from '../saved-runs/read-run.js';
import { runReport } from '../saved-runs/run-report.js';
import { writeReport } from '../write-report.js';

const USAGE = `usage: npx @espalier/visualization COMMAND RUN... [--title TEXT] [--out FILE | --port N]

RUN is the log of jsonlLogger (.jsonl) or csvLogger (.csv), the JSON of a trainer's record (.json), or a folder with one of
record.json, log.jsonl and log.csv. It may be in use.

  report  writes one HTML file with the learning curves of all runs; to report.html, or where --out says
  watch   serves that page to this machine alone, and keeps it up to date while the runs go on; at a free port, or --port`;

const COMMANDS = ['report', 'watch'];
const OPTIONS: Readonly<Record<string, string>> = { '--title': 'both', '--out': 'report', '--port': 'watch' };

/** What the command line needs of the outside. */
export interface CliHost {
  /** Prints a text and a line end. */
  print(text: string): void;
  serve(options: LivePageOptions): Promise<LivePage>;
  /** Comes back when the user wants to end, by Ctrl-C. */
  untilInterrupted(): Promise<void>;
}

/**
 * The command line.
 *
 * @returns The exit status: 0.
 * @throws EspalierError for a command or option that there is not, and a run that cannot be read.
 */
export async function runCli(args: readonly string[], host: CliHost): Promise<number> {
  if (args.length === 0 || args.includes('--help')) {
    host.print(USAGE);
    return 0;
  }
  const { command, paths, options } = read(args);
  const render = async (): Promise<string> =>
    htmlReport(runReport(await Promise.all(paths.map(readRun)), options['--title']));
  if (command === 'report') {
    host.print(await writeReport(options['--out'] ?? 'report.html', await render()));
    return 0;
  }
  const port = options['--port'] === undefined ? 0 : Number(options['--port']);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    refuse(`--port must be a number from 0 to 65535, got '${options['--port']}'.`);
  await render(); // What cannot be read is told here, and not in the browser.
  const page = await host.serve({ render, files: await filesOf(paths), port });
  host.print(`${page.address} follows ${paths.join(', ')}; Ctrl-C ends it`);
  await host.untilInterrupted();
  await page.close();
  return 0;
}

function read(args: readonly string[]) {
  const options: Record<string, string> = {};
  const rest: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const [name = '', given] = args[i]!.split(/=(.*)/s, 2);
    if (!name.startsWith('--')) rest.push(args[i]!);
    else if (!Object.hasOwn(OPTIONS, name))
      refuse(`there is no option ${name}.${didYouMean(name, Object.keys(OPTIONS))} --help shows all.`);
    else options[name] = given ?? args[++i] ?? refuse(`${name} needs a value.`);
  }
  const [command = '', ...paths] = rest;
  if (!COMMANDS.includes(command))
    refuse(`there is no command '${command}'.${didYouMean(command, COMMANDS)} --help shows all.`);
  for (const name of Object.keys(options)) {
    if (OPTIONS[name] !== 'both' && OPTIONS[name] !== command)
      refuse(`${name} goes with ${OPTIONS[name]}, not with ${command}.`);
  }
  if (paths.length === 0) refuse(`${command} takes the paths of one run or several.`);
  return { command, paths, options };
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

/** This process. */
export function processHost(): CliHost {
  return {
    print: (text) => void process.stdout.write(`${text}\n`),
    serve: serveLivePage,
    untilInterrupted: () =>
      new Promise((resolve) => {
        process.once('SIGINT', resolve);
        process.once('SIGTERM', resolve);
      }),
  };
}

function refuse(message: string): never {
  throw new EspalierError({ code: 'invalid-option', scope: 'visualization', message });
}
