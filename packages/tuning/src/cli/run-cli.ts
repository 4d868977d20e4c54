import { EspalierError } from '@espalier/core';
import { type CommandHost, keepNonFinite, nodeModule, processHost, watch } from '@espalier/core/internal';
import type { ProgramEvent } from '../study/study-event.js';
import { readCliArguments } from './cli-arguments.js';
import { readStudyFile } from './study-file.js';
import { loadVisualization, studyPage } from './study-page.js';
import { bestText, reportText, studyReport, summaryText, trialsText } from './study-report.js';

const USAGE = `usage: npx @espalier/tuning COMMAND STUDY [--json | --html FILE | --port N]

STUDY is the file of a study, as journalStorage(path) has it. It may be in use.

  show    what the study is, and all its trials
  best    the best trial, or the Pareto front
  report  summary, best, progress, importances, failures; with --html FILE all pictures, in one HTML file
  watch   serves that page to this machine alone, and keeps it up to date while the study runs; at a free port, or --port
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
  const { command, path, json, html, port } = readCliArguments(args);
  const file = await readStudyFile(path);
  const print = (value: unknown, text: () => string) =>
    host.print(json ? JSON.stringify(value, keepNonFinite, 2) : text());

  if (command === 'resume') {
    if (!file.program) refuse(`'${path}' does not say which program made it; run that program again.`);
    host.print(`resuming: ${file.program!.command.join(' ')}`);
    return host.run(file.program!);
  }
  if (command === 'watch') {
    const visualization = await loadVisualization();
    const render = async () => studyPage(await readStudyFile(path), visualization);
    await watch(host, { render, files: [path], port }, path);
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
