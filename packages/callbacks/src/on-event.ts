import type { Plugin, Run } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import type { ObservingHook } from '@espalier/core/internal';

/** Events of a run that {@link onEvent} can count. */
export type CountedEvent = Extract<
  ObservingHook,
  'onEpochStart' | 'onEpochEnd' | 'onStepStart' | 'onStepEnd' | 'onValidationStart' | 'onValidationEnd'
>;

/** Options of {@link onEvent}: exactly one of `every`, `once`, `at`, `when`. */
export interface OnEventOptions {
  /** Every so many times. A whole number >= 1. */
  readonly every?: number;
  /** The so-manieth time alone, from 1. */
  readonly once?: number;
  /** These times, from 1. */
  readonly at?: readonly number[];
  /** Whenever this says so; `count` is from 1. */
  readonly when?: (run: Run, count: number) => boolean;
  /** Default `on-event-<event>`. */
  readonly name?: string;
}

const EVENTS: readonly CountedEvent[] = [
  'onEpochStart',
  'onEpochEnd',
  'onStepStart',
  'onStepEnd',
  'onValidationStart',
  'onValidationEnd',
];

/**
 * Calls a function at some of the events of a run: every n-th, once, at some, or by a rule.
 *
 * Events are counted over the whole run, also where it resumes from a checkpoint.
 *
 * Source: event filters of Ignite (`every`, `once`, `event_filter`).
 *
 * @param call Gets what the hook of that name gets; awaited.
 * @returns A plugin.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const reports = onEvent('onEpochEnd', { every: 5 }, (run, logs) => console.log(run.epoch, logs['loss']));
 * ```
 */
export function onEvent<const E extends CountedEvent>(
  event: E,
  options: OnEventOptions,
  call: NonNullable<Plugin[E]>,
): Plugin<never, never> {
  const check = checkOptions('on-event');
  check.oneOf('event', event, EVENTS);
  const { values, config } = readOptions('on-event', options, {
    every: option.integer({ min: 1, optional: true }),
    once: option.integer({ min: 1, optional: true }),
    at: option.list(option.integer({ min: 1 }), { min: 1, optional: true }),
    when: option.custom<NonNullable<OnEventOptions['when']>, { readonly optional: true }>({
      expected: 'a function',
      accepts: (value) => typeof value === 'function',
      optional: true,
    }),
    name: option.text({ default: `on-event-${event}` }),
  });
  const { name, ...rules } = values;
  const given = Object.keys(rules);
  if (given.length !== 1)
    check.fail('options', 'exactly one of every, once, at, when', given.join(' and ') || 'none of them');
  if (typeof call !== 'function') check.fail('call', 'a function', call);
  const { every, once, at, when } = values;
  let count = 0;

  const isDue = (run: Run): boolean => {
    if (every !== undefined) return count % every === 0;
    if (once !== undefined) return count === once;
    return at?.includes(count) ?? when!(run, count);
  };
  return {
    name,
    config: { ...config, event },
    onFitStart(_: Run, saved) {
      count = (saved?.json as { readonly count?: number } | undefined)?.count ?? 0;
    },
    [event]: (run: Run, ...details: unknown[]) => {
      count++;
      if (isDue(run))
        return (call as (run: Run, ...details: unknown[]) => void | Promise<void>)(run, ...details);
    },
    saveState: () => ({ json: { count } }),
  };
}
