import { fail, isEspalierError } from '../errors.js';
import { didYouMean } from '../nearest.js';
import { type LivePage, type LivePageOptions, serveLivePage } from './live-page.js';

/** What a command line takes. */
export interface CommandLineRules {
  /** Whose it is, for errors. */
  readonly scope: string;
  readonly commands: readonly string[];
  /** By name: whether an option has a value, and which commands it goes with. */
  readonly options: Readonly<Record<string, { readonly value: boolean; readonly with: readonly string[] }>>;
}

/** What is asked for. */
export interface CommandLine {
  readonly command: string;
  /** What is no option. */
  readonly rest: readonly string[];
  /** Values of the options that are given, by name; empty for those without a value. */
  readonly options: Readonly<Record<string, string>>;
}

/**
 * Reads `COMMAND REST... --name VALUE --name=VALUE`.
 *
 * @throws EspalierError `invalid-option` for a command or an option that there is not, one without its value, and what does not go
 *   together.
 */
export function readCommandLine(
  args: readonly string[],
  { scope, commands, options: known }: CommandLineRules,
): CommandLine {
  const refuse = (message: string): never => fail('invalid-option', scope, message);
  const options: Record<string, string> = {};
  const words: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const [name = '', value] = args[i]!.split(/=(.*)/s, 2);
    const rule = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!name.startsWith('--')) words.push(args[i]!);
    else if (!rule)
      refuse(`there is no option ${name}.${didYouMean(name, Object.keys(known))} --help shows all.`);
    else options[name] = rule.value ? (value ?? args[++i] ?? refuse(`${name} needs a value.`)) : '';
  }
  const [command = '', ...rest] = words;
  if (!commands.includes(command))
    refuse(`there is no command '${command}'.${didYouMean(command, commands)} --help shows all.`);
  for (const name of Object.keys(options)) {
    const { with: fitting } = known[name]!;
    if (!fitting.includes(command)) refuse(`${name} goes with ${fitting.join(', ')}, not with ${command}.`);
  }
  return { command, rest, options };
}

/**
 * The port that `--port` gives; 0, any that is free, without it.
 *
 * @throws EspalierError `invalid-option`.
 */
export function portOf({ options }: CommandLine, scope: string): number {
  const given = options['--port'] ?? '0';
  const port = given.trim() === '' ? NaN : Number(given);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    fail('invalid-option', scope, `--port must be a number from 0 to 65535, got '${given}'.`);
  return port;
}

/** What a command line needs of the outside. */
export interface CommandHost {
  /** Prints a text and a line end. */
  print(text: string): void;
  serve(options: LivePageOptions): Promise<LivePage>;
  /** Comes back when the user wants to end, by Ctrl-C. */
  untilInterrupted(): Promise<void>;
}

/** This process. */
export const processHost = (): CommandHost => ({
  print: (text) => void process.stdout.write(`${text}\n`),
  serve: serveLivePage,
  untilInterrupted: () =>
    new Promise((resolve) => {
      process.once('SIGINT', resolve);
      process.once('SIGTERM', resolve);
    }),
});

/** Serves a page that follows its files until the user wants to end. */
export async function watch(host: CommandHost, options: LivePageOptions, what: string): Promise<void> {
  const page = await host.serve(options);
  host.print(`${page.address} follows ${what}; Ctrl-C ends it`);
  await host.untilInterrupted();
  await page.close();
}

/** Ends the process with the status of a command line: 1, with what went wrong, where it fails. */
export function endWith(status: Promise<number>): void {
  status.then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      process.stderr.write(`${isEspalierError(error) ? error.message : String((error as Error).stack)}\n`);
      process.exitCode = 1;
    },
  );
}
