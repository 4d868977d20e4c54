import type { Json } from './json.js';
import { describe, type NumberRange, type OptionChecker } from './options.js';
import type { Schedule } from './step/optimizer.js';
import type { ParameterSelector } from './step/parameters.js';

/** Whether an option has to be given, may be left out, or has a value of its own when it is. */
export type Presence = 'required' | 'optional' | 'defaulted';

/** What an option may be. `T` is the type of every value that it accepts. */
export interface OptionRule<in T, out P extends Presence = Presence> {
  readonly presence: P;
  /** The value where none is given. */
  readonly fallback: unknown;
  /**
   * Checks a value that was given, and gives what the factory works with.
   *
   * @throws EspalierError `invalid-option` by `check`, naming the option.
   */
  readonly read: (name: string, value: unknown, check: OptionChecker) => unknown;
  /** The value as a record or checkpoint shows it. */
  readonly toJson: (value: T) => Json;
}

/** What every rule takes: a default, or `optional: true`; with neither the option must be given. */
export interface Given<T> {
  readonly default?: T;
  readonly optional?: true;
}

type PresenceOf<G> = G extends { readonly default: unknown }
  ? 'defaulted'
  : G extends { readonly optional: true }
    ? 'optional'
    : 'required';

/** Settings of a rule for an option that only a function can check. */
export interface CustomRule<T> extends Given<T> {
  /** What it must be, for the message, e.g. `a list of names`. */
  readonly expected: string;
  accepts(value: unknown): boolean;
  /** Default: {@link plainJson}. */
  toJson?(value: T): Json;
}

function rule<T, G extends Given<T>>(
  given: G | undefined,
  read: OptionRule<T>['read'],
  toJson: OptionRule<T>['toJson'] = plainJson,
): OptionRule<T, PresenceOf<G>> {
  const presence = given?.default !== undefined ? 'defaulted' : given?.optional ? 'optional' : 'required';
  return { presence: presence as PresenceOf<G>, fallback: given?.default, read, toJson };
}

/** A rule out of a check that throws and changes nothing. */
function checked<T, G extends Given<T>>(
  given: G | undefined,
  test: (name: string, value: unknown, check: OptionChecker) => void,
): OptionRule<T, PresenceOf<G>> {
  return rule<T, G>(given, (name, value, check) => {
    test(name, value, check);
    return value;
  });
}

/**
 * The rules of options for {@link readOptions}. Each takes a `default`, or `optional: true`; without either the option must
 * be given.
 */
export const option = {
  /** A finite number; `infinite: true` lets Infinity pass. */
  number<const G extends NumberRange & Given<number> & { readonly infinite?: true }>(settings?: G) {
    return checked<number, G>(settings, (name, value, check) => {
      if (!(settings?.infinite && value === Infinity)) check.number(name, value, settings);
    });
  },
  /** A whole number; `infinite: true` lets Infinity pass. */
  integer<const G extends NumberRange & Given<number> & { readonly infinite?: true }>(settings?: G) {
    return checked<number, G>(settings, (name, value, check) => {
      if (!(settings?.infinite && value === Infinity)) check.integer(name, value, settings);
    });
  },
  /** A seed: a whole number >= 0 that is exact in float64. */
  seed<const G extends Given<number>>(settings?: G) {
    return checked<number, G>(settings, (name, value, check) =>
      check.integer(name, value, { min: 0, max: Number.MAX_SAFE_INTEGER }),
    );
  },
  boolean<const G extends Given<boolean>>(settings?: G) {
    return checked<boolean, G>(settings, (name, value, check) => check.boolean(name, value));
  },
  /** A string that is not empty; `empty: true` lets '' pass. */
  text<const G extends Given<string> & { readonly empty?: true }>(settings?: G) {
    return checked<string, G>(settings, (name, value, check) => {
      if (!(settings?.empty && value === '')) check.text(name, value);
    });
  },
  oneOf<const C extends string, const G extends Given<C>>(choices: readonly C[], settings?: G) {
    return checked<C, G>(settings, (name, value, check) => check.oneOf(name, value, choices));
  },
  /** A list of whatever `item` accepts, of `min` (default 0) to `max` entries. */
  list<
    T,
    const G extends Given<readonly T[]> & {
      readonly min?: number;
      readonly max?: number;
      readonly expected?: string;
    },
  >(item: OptionRule<T>, settings?: G) {
    const {
      min = 0,
      max = Infinity,
      expected = min === 1 ? 'a list that is not empty' : 'a list',
    } = settings ?? {};
    return rule<readonly T[], G>(
      settings,
      (name, value, check) => {
        if (!Array.isArray(value)) return check.fail(name, expected, value);
        if (value.length < min || value.length > max) check.fail(name, expected + countText(min, max), value);
        return value.map((one: unknown, i) => item.read(`${name}[${i}]`, one, check));
      },
      (values) => values.map((value) => item.toJson(value)),
    );
  },
  /** A list of names, at least one. */
  names<const G extends Given<readonly string[]>>(settings?: G) {
    return option.list<string, G & { readonly min: 1; readonly expected: string }>(option.text(), {
      ...(settings as G),
      min: 1,
      expected: 'a list of names',
    });
  },
  /** A finite number within a range, or a {@link Schedule}, each of whose values is checked likewise. */
  schedule<const G extends NumberRange & Given<number | Schedule>>(settings?: G) {
    return rule<number | Schedule, G>(
      settings,
      (name, value, check) => {
        if (typeof value === 'function') return checkedSchedule(name, value as Schedule, check, settings);
        if (typeof value !== 'number') {
          check.fail(
            name,
            `a number${settings?.min === undefined ? '' : ` >= ${settings.min}`} or a schedule`,
            value,
          );
        }
        check.number(name, value, settings);
        return value;
      },
      plainJson,
    );
  },
  /** A {@link ParameterSelector}. */
  parameters<const G extends Given<ParameterSelector>>(settings?: G) {
    const expected = "'kernels', 'biases', 'all', a list of names, a pattern or a function";
    return checked<ParameterSelector, G>(settings, (name, value, check) => {
      const ok =
        typeof value === 'function' ||
        value instanceof RegExp ||
        ['kernels', 'biases', 'all'].includes(value as string) ||
        (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string'));
      if (!ok) check.fail(name, expected, value);
    });
  },
  /**
   * Whatever `accepts` accepts. With `T` written out, say that it may be left out in `G`, too:
   * `custom<T, { readonly optional: true }>`.
   */
  custom<T, const G extends Given<T> = Given<T>>(settings: CustomRule<T> & G) {
    return rule<T, G>(
      settings,
      (name, value, check) => {
        if (!settings.accepts(value)) check.fail(name, settings.expected, value);
        return value;
      },
      (value) => settings.toJson?.(value) ?? plainJson(value),
    );
  },
};

function countText(min: number, max: number): string {
  if (min === 1 && max === Infinity) return '';
  if (min === max) return ` of ${min}`;
  return max === Infinity ? ` of at least ${min}` : ` of ${min} to ${max}`;
}

/** A schedule that refuses its own bad values, and keeps what it says of itself. */
function checkedSchedule(
  name: string,
  schedule: Schedule,
  check: OptionChecker,
  range: NumberRange = {},
): Schedule {
  const checkedOne: Schedule = (at) => {
    const value = schedule(at);
    check.number(`${name} at step ${at.step}`, value, range);
    return value;
  };
  return Object.assign(checkedOne, { config: plainJson(schedule) });
}

/**
 * Any option as JSON: numbers that JSON lacks, patterns and functions as text; of an object that carries a `config`, that.
 */
export function plainJson(value: unknown): Json {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  const config = (value as { readonly config?: Json } | undefined)?.config;
  if (config !== undefined) return config;
  if (typeof value === 'function') return value.name === '' ? 'a function' : `function ${value.name}`;
  if (value instanceof RegExp) return String(value);
  if (Array.isArray(value)) return value.map(plainJson);
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>, plainJson);
  if (
    typeof value === 'object' &&
    [Object.prototype, null].includes(Object.getPrototypeOf(value) as object)
  ) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plainJson(one)]));
  }
  return describe(value);
}
