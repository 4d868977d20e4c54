import { EspalierError } from '@espalier/core';
import { didYouMean, keepNonFinite, nodeModule } from '@espalier/core/internal';
import type { ProgramEvent } from '../study/study-event.js';
import { readStudyFile } from './study-file.js';
import { bestText, reportText, studyReport, summaryText, trialsText } from './study-report.js';

const USAGE = `usage: npx @espalier/tuning COMMAND STUDY [--json]

STUDY is the file of a study, as journalStorage(path) has it. It may be in use.

  show    what the study is, and all its trials
  best    the best trial, or the Pareto front
  report  summary, best, progress, importances, failures
  resume  runs the program that made the study again, which goes on where it ended

--json prints JSON in place of text (not with resume).`;

const COMMANDS = ['show', 'best', 'report', 'resume'];

/** What the command line needs of the outside. */
export interface CliHost {
  /** Prints a text and a line end. */
  print(text: string): void;
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
  const [command, path, ...extra] = args.filter((arg) => !arg.startsWith('--'));
  const options = args.filter((arg) => arg.startsWith('--'));
  const wrong = options.find((name) => name !== '--json');
  if (wrong) refuse(`there is no option ${wrong}; --help shows all.`);
  if (!COMMANDS.includes(command ?? ''))
    refuse(`there is no command '${command ?? ''}'.${didYouMean(command ?? '', COMMANDS)} --help shows all.`);
  if (!path || extra.length > 0) refuse(`${command} takes the path of one study.`);
  const json = options.includes('--json');
  const file = await readStudyFile(path!);
  const print = (value: unknown, text: () => string) =>
    host.print(json ? JSON.stringify(value, keepNonFinite, 2) : text());

  if (command === 'resume') {
    if (json) refuse('resume prints no JSON; leave --json out.');
    if (!file.program) refuse(`'${path}' does not say which program made it; run that program again.`);
    host.print(`resuming: ${file.program!.command.join(' ')}`);
    return host.run(file.program!);
  }
  const report = studyReport(file);
  if (command === 'show') print(file, () => `${summaryText(report)}\n\n${trialsText(file.trials)}`);
  else if (command === 'best') print(report.best, () => bestText(report));
  else print(report, () => reportText(report));
  return 0;
}

/** This process. */
export function processHost(): CliHost {
  return {
    print: (text) => void process.stdout.write(`${text}\n`),
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
