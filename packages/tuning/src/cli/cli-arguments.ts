import { EspalierError } from '@espalier/core';
import { didYouMean } from '@espalier/core/internal';

const COMMANDS = ['show', 'best', 'report', 'watch', 'resume'];

/** Which options there are, whether they have a value, and what they go with. */
const OPTIONS: Readonly<Record<string, { readonly value: boolean; readonly with: readonly string[] }>> = {
  '--json': { value: false, with: ['show', 'best', 'report'] },
  '--html': { value: true, with: ['report'] },
  '--port': { value: true, with: ['watch'] },
};

/** What is asked for. */
export interface CliArguments {
  readonly command: string;
  /** Of the study. */
  readonly path: string;
  readonly json: boolean;
  readonly html: string | undefined;
  readonly port: number;
}

/** @throws EspalierError `invalid-option` for what there is not, or does not go together. */
export function readCliArguments(args: readonly string[]): CliArguments {
  const given: Record<string, string> = {};
  const rest: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const [name = '', value] = args[i]!.split(/=(.*)/s, 2);
    const known = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
    if (!name.startsWith('--')) rest.push(args[i]!);
    else if (!known)
      refuse(`there is no option ${name}.${didYouMean(name, Object.keys(OPTIONS))} --help shows all.`);
    else given[name] = known.value ? (value ?? args[++i] ?? refuse(`${name} needs a value.`)) : '';
  }
  const [command = '', path, ...extra] = rest;
  if (!COMMANDS.includes(command))
    refuse(`there is no command '${command}'.${didYouMean(command, COMMANDS)} --help shows all.`);
  for (const name of Object.keys(given)) {
    if (!OPTIONS[name]!.with.includes(command))
      refuse(`${name} goes with ${OPTIONS[name]!.with.join(', ')}, not with ${command}.`);
  }
  if ('--json' in given && '--html' in given)
    refuse('--json and --html ask for two kinds of report; give one.');
  if (path === undefined || extra.length > 0) refuse(`${command} takes the path of one study.`);
  const port = Number(given['--port'] ?? 0);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    refuse(`--port must be a number from 0 to 65535, got '${given['--port']}'.`);
  return { command, path: path!, json: '--json' in given, html: given['--html'], port };
}

function refuse(message: string): never {
  throw new EspalierError({ code: 'invalid-option', scope: 'tuning', message });
}
