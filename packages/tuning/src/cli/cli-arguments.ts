import { EspalierError } from '@espalier/core';
import { portOf, readCommandLine } from '@espalier/core/internal';

const RULES = {
  scope: 'tuning',
  commands: ['show', 'best', 'report', 'watch', 'resume'],
  options: {
    '--json': { value: false, with: ['show', 'best', 'report'] },
    '--html': { value: true, with: ['report'] },
    '--study': { value: true, with: ['show', 'best', 'report', 'watch', 'resume'] },
    '--port': { value: true, with: ['watch'] },
  },
};

/** What is asked for. */
export interface CliArguments {
  readonly command: string;
  /** Of the study, or of a folder of studies. */
  readonly path: string;
  /** Which one of those in a file. */
  readonly study: string | undefined;
  readonly json: boolean;
  readonly html: string | undefined;
  readonly port: number;
}

/** @throws EspalierError `invalid-option` for what there is not, or does not go together. */
export function readCliArguments(args: readonly string[]): CliArguments {
  const line = readCommandLine(args, RULES);
  const { command, rest, options } = line;
  const json = '--json' in options;
  if (json && '--html' in options) refuse('--json and --html ask for two kinds of report; give one.');
  const [path, ...extra] = rest;
  if (path === undefined || extra.length > 0) refuse(`${command} takes the path of one study.`);
  return {
    command,
    path: path!,
    study: options['--study'],
    json,
    html: options['--html'],
    port: portOf(line, RULES.scope),
  };
}

function refuse(message: string): never {
  throw new EspalierError({ code: 'invalid-option', scope: 'tuning', message });
}
