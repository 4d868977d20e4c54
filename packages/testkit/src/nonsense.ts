import { isEspalierError } from '@espalier/core';

/** Values that hardly any option can take. */
const NONSENSE: Readonly<Record<string, unknown>> = {
  null: null,
  NaN,
  '-1': -1,
  "'x'": 'x',
  '{}': {},
  '[]': [],
  'a function': () => {},
  Infinity,
};

/** A factory whose options are tried. */
export interface NonsenseEntry {
  /** Calls it. */
  readonly make: (options: never) => unknown;
  /** Options that it takes. */
  readonly good?: object;
  /** What of the grid an option may be after all, e.g. a name `'x'`. */
  readonly accepts?: Readonly<Record<string, readonly string[]>>;
}

/**
 * Tries nonsense for every option of a factory, for options that it does not have, and in place of all of them.
 *
 * @returns What went wrong: nonsense that was taken, an error that is not an EspalierError, or one that does not name the option.
 */
export async function nonsenseTaken({ make, good = {}, accepts = {} }: NonsenseEntry): Promise<string[]> {
  const wrong: string[] = [];
  const call = make as (options: unknown) => unknown;
  const tryOut = async (what: string, options: unknown, naming: string, allowed: boolean): Promise<void> => {
    try {
      await call(options);
      if (!allowed) wrong.push(`${what} is taken`);
    } catch (error) {
      if (allowed) wrong.push(`${what} is refused: ${String(error)}`);
      else if (!isEspalierError(error)) wrong.push(`${what} gives ${String(error)}`);
      else if (!error.message.includes(naming)) wrong.push(`${what} is not named in: ${error.message}`);
    }
  };
  for (const [text, value] of Object.entries(NONSENSE)) {
    if (text !== '{}') await tryOut(`options ${text}`, value, 'options', false);
  }
  await tryOut('an unknown option', { ...good, notAnOption: 1 }, 'notAnOption', false);
  await tryOut('good options', good, '', true);
  for (const name of await namesOf(call, good)) {
    for (const [text, value] of Object.entries(NONSENSE)) {
      await tryOut(`${name} ${text}`, { ...good, [name]: value }, name, (accepts[name] ?? []).includes(text));
    }
  }
  return wrong;
}

/** The options that a factory says it takes when it is given another. */
async function namesOf(call: (options: unknown) => unknown, good: object): Promise<string[]> {
  try {
    await call({ ...good, notAnOption: 1 });
  } catch (error) {
    const listed = /It takes ([^.]*)\.$/.exec((error as Error).message);
    if (listed) return listed[1]!.split(', ');
  }
  return Object.keys(good);
}
