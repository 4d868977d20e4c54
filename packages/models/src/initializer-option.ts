import { checkOptions, option } from '@espalier/core';
import { DISTRIBUTIONS, WORDS } from './distributions.js';

/** Names of initial distributions. */
export type InitializerName = keyof typeof DISTRIBUTIONS;

/** A distribution by name, or by name with numbers of its formula. */
export type InitializerOption = InitializerName | InitializerWithNumbers;

type InitializerWithNumbers = {
  [K in InitializerName]: { readonly name: K } & NumbersOf<(typeof DISTRIBUTIONS)[K]['parameters']>;
}[InitializerName];

/** Any number in place of a default; words as they are listed. */
type NumbersOf<P> = { readonly [N in keyof P]?: P[N] extends number ? number : P[N] };

/** Numbers and words of a distribution, by their names. */
export type Numbers = Readonly<Record<string, number | string>>;

/** All {@link InitializerName}s. */
export const initializerNames = Object.keys(DISTRIBUTIONS) as InitializerName[];

/** Names with numbers; checked by {@link resolveInitializer}. */
export function initializerRule(standard: InitializerName) {
  return option.custom<InitializerOption, { readonly default: InitializerOption }>({
    expected: `one of ${initializerNames.map((name) => `'${name}'`).join(', ')}, or { name, ... }`,
    accepts: (value) =>
      initializerNames.includes(value as InitializerName) ||
      (typeof value === 'object' &&
        initializerNames.includes((value as { name?: unknown } | null)?.name as InitializerName)),
    default: standard,
  });
}

/** An initializer whose name and numbers are checked, with its defaults. */
export interface ResolvedInitializer {
  readonly kind: InitializerName;
  readonly parameters: Numbers;
}

/**
 * Checks an initializer and gives it its defaults.
 *
 * @throws EspalierError `invalid-option` for an unknown name, number or word.
 */
export function resolveInitializer(
  scope: string,
  label: string,
  given: InitializerOption,
): ResolvedInitializer {
  const check = checkOptions(scope);
  const { name: kind, ...numbers } = (typeof given === 'string' ? { name: given } : given) as {
    readonly name: InitializerName;
  } & Numbers;
  check.oneOf(typeof given === 'string' ? label : `${label}.name`, kind, initializerNames);
  const defaults: Numbers = DISTRIBUTIONS[kind].parameters;
  for (const [key, value] of Object.entries(numbers)) {
    const path = `${label}.${key}`;
    if (!Object.hasOwn(defaults, key)) {
      check.fail(path, `left out: ${kind} takes ${Object.keys(defaults).join(', ') || 'no numbers'}`, value);
    }
    if (WORDS[key]) check.oneOf(path, value as string, WORDS[key]);
    else check.number(path, value as number, LIMITS[key] ?? {});
  }
  return { kind, parameters: { ...defaults, ...numbers } };
}

const LIMITS: Readonly<Record<string, { min?: number; max?: number }>> = {
  fanIn: { min: 0 },
  scale: { min: 0 },
  stddev: { min: 0 },
  sparsity: { min: 0, max: 1 },
};
