import { fail } from './errors.js';
import type { Config, Json } from './json.js';
import { didYouMean } from './nearest.js';
import type { OptionRule, Presence } from './option-rules.js';
import { checkOptions, describe } from './options.js';

/** A rule for every option of `O`: one that is forgotten, or refuses what the type allows, is a compile error. */
export type OptionRules<O> = { readonly [K in keyof O]-?: OptionRule<NonNullable<O[K]>> };

/** The options as a factory works with them: `undefined` is left only where an option has neither value nor default. */
export type OptionValues<O, R> = {
  readonly [K in keyof R & keyof O]:
    | NonNullable<O[K]>
    | (R[K] extends OptionRule<never, infer P extends Presence>
        ? 'optional' extends P
          ? undefined
          : never
        : never);
};

/** What {@link readOptions} gives. */
export interface ReadOptions<O, R> {
  /** Every option, with defaults filled in. */
  readonly values: OptionValues<O, R>;
  /** The same as plain JSON, with the `kind` that they are options of, for records and checkpoints. */
  readonly config: Config;
}

/**
 * Checks the options of a factory: names, types and ranges, in one place.
 *
 * @param kind The factory's kind, which errors name as their scope, e.g. `early-stopping`.
 * @param options As the user gave them; `undefined` stands for no options.
 * @param rules One rule for each option, see {@link option}.
 * @returns The values with defaults filled in, and the same as JSON for the product's `config`.
 * @throws EspalierError `invalid-option` for anything but an object, an unknown name (with the nearest that exists), and a
 *   value that its rule refuses; the message names the option.
 * @example
 * ```ts
 * interface PruningOptions {
 *   readonly share: number;
 *   readonly startEpoch?: number;
 * }
 * function pruning(options: PruningOptions): Plugin {
 *   const { values, config } = readOptions('pruning', options, {
 *     share: option.number({ min: 0, max: 1 }),
 *     startEpoch: option.integer({ min: 0, default: 0 }),
 *   });
 *   return { name: 'pruning', config, onEpochEnd: (run) => console.log(run.epoch >= values.startEpoch) };
 * }
 * ```
 */
export function readOptions<O extends object, const R extends OptionRules<O>>(
  kind: string,
  options: O | undefined,
  rules: R & OptionRules<O>,
): ReadOptions<O, R> {
  const given = asRecord(kind, options, Object.keys(rules));
  const check = checkOptions(kind);
  const values: Record<string, unknown> = {};
  const config: Record<string, Json> = { kind };
  for (const [name, rule] of Object.entries<OptionRule<never>>(rules)) {
    const value = given[name] === undefined ? rule.fallback : given[name];
    if (value === undefined && rule.presence === 'optional') continue;
    const own = given[name] === undefined && rule.presence === 'defaulted';
    values[name] = own ? value : rule.read(name, value, check);
    config[name] = rule.toJson(values[name] as never);
  }
  return { values: values as OptionValues<O, R>, config: config as Config };
}

/** @throws EspalierError `invalid-option` for what is no object, and for names that are not `known`. */
function asRecord(kind: string, options: unknown, known: readonly string[]): Record<string, unknown> {
  if (options === undefined) return {};
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    const names = known.length === 0 ? 'no options' : `the options ${known.join(', ')}`;
    return fail('invalid-option', kind, `options must be an object with ${names}; got ${describe(options)}.`);
  }
  const { unknown, values } = readable(kind, options as Record<string, unknown>, known);
  if (unknown !== undefined) {
    const names = known.length === 0 ? 'It takes none' : `It takes ${known.join(', ')}`;
    fail('invalid-option', kind, `there is no option '${unknown}'.${didYouMean(unknown, known)} ${names}.`);
  }
  return values;
}

/** The options as they are now, inherited ones too: one may be a getter, and throw. */
function readable(
  kind: string,
  options: Readonly<Record<string, unknown>>,
  known: readonly string[],
): { unknown: string | undefined; values: Record<string, unknown> } {
  try {
    const unknown = Object.keys(options).find((name) => !known.includes(name));
    return { unknown, values: Object.fromEntries(known.map((name) => [name, options[name]])) };
  } catch (cause) {
    return fail('invalid-option', kind, `the options cannot be read: ${(cause as Error | null)?.message}.`);
  }
}
