import { EspalierError } from './errors.js';

/** Checks of factory options that throw the standard error: what, what it got, how to fix. */
export interface OptionChecker {
  /** A finite number within `[min, max]`; `exclusiveMin`/`exclusiveMax` take the ends away. */
  number(name: string, value: unknown, range?: NumberRange): void;
  /** A whole number within `[min, max]`. */
  integer(name: string, value: unknown, range?: NumberRange): void;
  /** One of a list of strings. */
  oneOf(name: string, value: unknown, choices: readonly string[]): void;
  /** A string that is not empty. */
  text(name: string, value: unknown): void;
  /** `true` or `false`. */
  boolean(name: string, value: unknown): void;
  /** Fails with `name must be <expected>, got <value>`. */
  fail(name: string, expected: string, value: unknown): never;
}

/** Bounds of a number option. */
export interface NumberRange {
  readonly min?: number;
  readonly max?: number;
  readonly exclusiveMin?: boolean;
  readonly exclusiveMax?: boolean;
}

/**
 * Option checks for the factory of `scope`.
 *
 * @throws EspalierError `invalid-option` from each check that fails.
 * @example
 * ```ts
 * const check = checkOptions('early-stopping');
 * check.integer('patience', options.patience, { min: 0 });
 * ```
 */
export function checkOptions(scope: string): OptionChecker {
  const fail = (name: string, expected: string, value: unknown): never => {
    throw new EspalierError({
      code: 'invalid-option',
      scope,
      message: `${name} must be ${expected}, got ${describe(value)}.`,
    });
  };
  const inRange = (name: string, value: unknown, range: NumberRange, kind: string): void => {
    const { min = -Infinity, max = Infinity, exclusiveMin = false, exclusiveMax = false } = range;
    const ok =
      typeof value === 'number' &&
      Number.isFinite(value) &&
      (exclusiveMin ? value > min : value >= min) &&
      (exclusiveMax ? value < max : value <= max);
    if (!ok) fail(name, kind + describeRange(range), value);
  };
  return {
    number: (name, value, range = {}) => inRange(name, value, range, 'a number'),
    integer(name, value, range = {}) {
      if (!Number.isInteger(value)) fail(name, `a whole number${describeRange(range)}`, value);
      inRange(name, value, range, 'a whole number');
    },
    oneOf(name, value, choices) {
      if (!choices.includes(value as string)) {
        fail(name, `one of ${choices.map((c) => `'${c}'`).join(', ')}`, value);
      }
    },
    text(name, value) {
      if (typeof value !== 'string' || value === '') fail(name, 'a string that is not empty', value);
    },
    boolean(name, value) {
      if (typeof value !== 'boolean') fail(name, 'true or false', value);
    },
    fail,
  };
}

function describeRange({ min, max, exclusiveMin, exclusiveMax }: NumberRange): string {
  const parts: string[] = [];
  if (min !== undefined) parts.push(`${exclusiveMin ? '>' : '>='} ${min}`);
  if (max !== undefined) parts.push(`${exclusiveMax ? '<' : '<='} ${max}`);
  return parts.length ? ` ${parts.join(' and ')}` : '';
}

/** A short, safe rendering of any value for an error message. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 60 ? `${value.slice(0, 57)}...` : value}'`;
  if (typeof value === 'number' || typeof value === 'bigint' || value == null) return String(value);
  if (typeof value === 'boolean' || typeof value === 'symbol') return String(value);
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value))
    return value.length > 8 ? `an array of ${value.length}` : `[${value.map(describe).join(', ')}]`;
  return `an object with keys ${Object.keys(value).slice(0, 8).join(', ') || '(none)'}`;
}
