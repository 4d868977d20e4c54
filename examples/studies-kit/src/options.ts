import { parseArgs } from 'node:util';
import { EspalierError } from 'espalier';

/** What the command line of a study says. */
export interface StudyOptions {
  /** A few examples, an epoch or two, one seed: shows that everything runs; the figures mean nothing. */
  readonly quick: boolean;
  readonly seeds: readonly number[];
  /** Trains nothing: writes the results of the runs that are kept. */
  readonly kept: boolean;
  /** Trains only rows whose names match; of the others it takes what is kept. */
  readonly only?: RegExp;
  /** Folder of earlier results, from which what is not run again is taken. */
  readonly earlier?: string;
  /** Folder of the data sets; where it is absent, they are looked for in `ESPALIER_DATA_DIR`. */
  readonly data?: string;
  /** Folder of the results. */
  readonly out: string;
}

/** What a study says of itself. */
export interface Defaults {
  readonly name: string;
  readonly title: string;
  readonly seeds: number;
}

export function helpText({ name, title, seeds }: Defaults): string {
  return `${title}

Usage: npm run ${name} -- [options]

  --quick          a few examples and epochs, one seed: shows that it runs, its figures mean nothing
  --seeds <n>      runs of each row, with the seeds 1 to n (default ${seeds}); costly rows say that they take fewer
  --kept           trains nothing: writes the results of the runs that are kept so far
  --only <regexp>  trains only rows whose names match it; of the others it takes what is kept
  --earlier <folder>  takes rows, tables and pictures that are not made again from the results of this folder
  --data <folder>  where the data sets are (default: the environment variable ESPALIER_DATA_DIR)
  --out <folder>   where RESULTS.md, results.json, report.html and pictures/ go (default runs/${name});
                   finished runs are kept there, so that an interrupted study goes on
  --help           this text
`;
}

/**
 * Reads the command line. `undefined` when help was asked for.
 *
 * @throws EspalierError `invalid-option` for an unknown option or a bad value.
 */
export function parseOptions(args: readonly string[], defaults: Defaults): StudyOptions | undefined {
  const values = parse(args, defaults);
  if (values.help) return undefined;
  const { quick = false, kept = false, data } = values;
  const count = seedCount(values.seeds ?? (quick ? '1' : String(defaults.seeds)), defaults);
  return {
    quick,
    seeds: Array.from({ length: count }, (_, i) => i + 1),
    kept,
    ...(values.only !== undefined && { only: pattern(values.only, defaults) }),
    ...(values.earlier !== undefined && { earlier: values.earlier }),
    ...(data !== undefined && { data }),
    out: values.out ?? `runs/${defaults.name}${quick ? '-quick' : ''}`,
  };
}

function parse(args: readonly string[], defaults: Defaults) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean' },
        kept: { type: 'boolean' },
        only: { type: 'string' },
        seeds: { type: 'string' },
        earlier: { type: 'string' },
        data: { type: 'string' },
        out: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${helpText(defaults)}`, defaults);
  }
}

function seedCount(text: string, defaults: Defaults): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 1 || value > 1000) {
    fail(`--seeds must be a whole number from 1 to 1000, got '${text}'.`, defaults);
  }
  return value;
}

function pattern(text: string, defaults: Defaults): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    return fail(`--only: ${(error as Error).message}.`, defaults);
  }
}

function fail(message: string, { name }: Defaults): never {
  throw new EspalierError({ code: 'invalid-option', scope: name, message });
}
