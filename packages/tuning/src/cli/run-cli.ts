import { EspalierError } from '@espalier/core';
import { type CommandHost, keepNonFinite, nodeModule, processHost, watch } from '@espalier/core/internal';
import type { ProgramEvent } from '../study/study-event.js';
import { readCliArguments } from './cli-arguments.js';
import { filesOf, readStudyFile } from './study-file.js';
import { findStudies, isFolder } from './study-folder.js';
import { addressOf, folderPage, loadVisualization, studyPage } from './study-page.js';
import { bestText, reportText, studyReport, summaryText, trialsText } from './study-report.js';

const USAGE = `usage: npx @espalier/tuning COMMAND STUDY [--study NAME] [--json | --html FILE | --port N]

STUDY is the file of a study, as journalStorage(path) or sqliteStorage(path) has it. It may be in use. --study names one of several
in a file of SQLite.

  show    what the study is, and all its trials
  best    the best trial, or the Pareto front
  report  summary, best, progress, importances, failures; with --html FILE all pictures, in one HTML file
  watch   serves that page to this machine alone, and keeps it up to date while the study runs; at a free port, or --port; of a
          folder, a list of the studies in it and a page of each
  resume  runs the program that made the study again, which goes on where it ended

--json prints JSON in place of text (with show, best, report). Pages need @espalier/visualization.`;

/** What the command line needs of the outside. */
export interface CliHost extends CommandHost {
  /** Runs a program with this process's input and output. @returns Its exit status. */
  run(program: ProgramEvent): Promise<number>;
}

/**
 * The command line.
 *
 * @returns The exit status: 0, or that of the program that was resumed.
 * @throws EspalierError for a command or option that there is not, and a study that cannot be read.
 */
export async function runCli(args: readonly string[], host: CliHost): Promise<number> {
  if (args.length === 0 || args.includes('--help')) {
    host.print(USAGE);
    return 0;
  }
  const { command, path, study, json, html, port } = readCliArguments(args);
  if (command === 'watch' && (await isFolder(path))) return watchFolder(path, port, host);
  const file = await readStudyFile(path, study);
  const print = (value: unknown, text: () => string) =>
    host.print(json ? JSON.stringify(value, keepNonFinite, 2) : text());

  if (command === 'resume') {
    if (!file.program) refuse(`'${path}' does not say which program made it; run that program again.`);
    host.print(`resuming: ${file.program!.command.join(' ')}`);
    return host.run(file.program!);
  }
  if (command === 'watch') {
    const visualization = await loadVisualization();
    const render = async () => studyPage(await readStudyFile(path, study), visualization);
    await watch(host, { render, files: filesOf(path), port }, path);
    return 0;
  }
  if (html !== undefined) {
    const visualization = await loadVisualization();
    host.print(await visualization.writeReport(html, await studyPage(file, visualization)));
    return 0;
  }
  const report = studyReport(file);
  if (command === 'show') print(file, () => `${summaryText(report)}\n\n${trialsText(file.trials)}`);
  else if (command === 'best') print(report.best, () => bestText(report));
  else print(report, () => reportText(report));
  return 0;
}

/** A list of all studies of a folder, and a page of each, which are looked for again whenever they are asked for. */
async function watchFolder(folder: string, port: number, host: CliHost): Promise<number> {
  const visualization = await loadVisualization();
  const pages = {
    render: async () => folderPage(folder, await findStudies(folder), visualization),
    page: async (address: string) => {
      const found = (await findStudies(folder)).find((one) => addressOf(one.place) === address);
      return found?.file && studyPage(found.file, visualization, found.place);
    },
    files: async () => (await findStudies(folder)).flatMap(({ path }) => filesOf(path)),
    port,
  };
  await watch(host, pages, folder);
  return 0;
}

/** This process. */
export function ownHost(): CliHost {
  return {
    ...processHost(),
    async run({ command: [program, ...args], cwd }) {
      const { spawn } = await nodeModule<typeof import('node:child_process')>('node:child_process');
      return new Promise((resolve, reject) => {
        const child = spawn(program!, args, { cwd, stdio: 'inherit' });
        child.on('error', reject);
        child.on('exit', (code) => resolve(code ?? 1));
      });
    },
  };
}

function refuse(message: string): never {
  throw new EspalierError({ code: 'invalid-option', scope: 'tuning', message });
}
