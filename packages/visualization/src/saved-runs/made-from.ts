import type { KeptRecord } from './saved-run.js';

/**
 * What made a run, for the head of a report: seed, executor, losses, optimizer, plugins, options, data, commit and versions, each in a few
 * words.
 *
 * @param record A trainer's record, or the JSON of one. What it does not say is left out.
 * @returns Texts by name, for {@link HtmlReportOptions.made}.
 * @example
 * ```ts
 * const made = madeFrom({ seed: 1, executor: 'eager (cpu)', epochs: [] });
 * ```
 */
export function madeFrom(record: KeptRecord): Record<string, string | number> {
  const { seed, executor, setup = {} } = record;
  const { losses, optimizer, plugins, options, data, validation, commit, versions } = setup as Setup;
  const made: Record<string, string | number | undefined> = {
    loss: losses && Object.values(losses).map(inWords).join(', '),
    optimizer: optimizer && inWords(optimizer),
    plugins: plugins?.map(inWords).join(', '),
    options: options && members(options),
    seed,
    executor,
    data: data && described(data),
    validation: validation && described(validation),
    commit,
    versions: versions && members(versions),
  };
  return Object.fromEntries(
    Object.entries(made).filter(
      (pair): pair is [string, string | number] => pair[1] !== undefined && pair[1] !== '',
    ),
  );
}

interface Configured {
  readonly name: string;
  readonly config?: unknown;
}

interface Setup {
  readonly losses?: Readonly<Record<string, Configured>>;
  readonly optimizer?: Configured;
  readonly plugins?: readonly Configured[];
  readonly options?: Readonly<Record<string, unknown>>;
  readonly data?: Described;
  readonly validation?: Described;
  readonly commit?: string;
  readonly versions?: Readonly<Record<string, string>>;
}

interface Described {
  readonly examples?: number | null;
  readonly fingerprint?: string;
}

const described = ({ examples, fingerprint }: Described): string =>
  `${examples ?? 'any number of'} examples${fingerprint === undefined ? '' : `, fingerprint ${fingerprint}`}`;

function inWords({ name, config }: Configured): string {
  const text =
    typeof config === 'object' && config !== null ? members(config as Record<string, unknown>) : '';
  return text === '' ? name : `${name} (${text})`;
}

/** `learningRate 0.1, momentum 0.9`; what is null or empty is left out, and a name or kind stands elsewhere. */
function members(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .filter(
      ([key, value]) =>
        value !== null && value !== undefined && value !== false && key !== 'name' && key !== 'kind',
    )
    .map(([key, value]) =>
      value === true ? key : `${key} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
    )
    .join(', ');
}
