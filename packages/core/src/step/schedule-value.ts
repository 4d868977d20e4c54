import { EspalierError, isEspalierError } from '../errors.js';
import type { OptionChecker } from '../options.js';
import { checkOptions } from '../options.js';
import type { Schedule, StepPosition } from './optimizer.js';

/** What a schedule may give: finite numbers, or those >= 0. */
export interface ScheduleRange {
  readonly min?: number;
}

/**
 * The number that a schedule gives at a position, or the number itself where there is no schedule.
 *
 * @param scope Whose number it is, e.g. `adam`.
 * @param name What the number is, e.g. `learningRate`.
 * @throws EspalierError `invalid-option` for what is no finite number in the range; names the schedule and the step.
 */
export function scheduleValue(
  schedule: number | Schedule,
  at: StepPosition,
  scope: string,
  name: string,
  range: ScheduleRange = {},
): number {
  const value: unknown = typeof schedule === 'function' ? called(schedule, at, scope, name) : schedule;
  if (typeof value === 'number' && Number.isFinite(value) && value >= (range.min ?? -Infinity)) return value;
  const check: OptionChecker = checkOptions(scope);
  const source = typeof schedule === 'function' ? ` of ${scheduleName(schedule)}` : '';
  check.number(`${name}${source} at step ${at.step}`, value, range);
  return check.fail(name, 'a number', value);
}

function called(schedule: Schedule, at: StepPosition, scope: string, name: string): unknown {
  try {
    return schedule(at);
  } catch (cause) {
    if (isEspalierError(cause)) throw cause;
    const text = cause instanceof Error ? cause.message : String(cause);
    const message = `${name} of ${scheduleName(schedule)} failed at step ${at.step}: ${text}`;
    throw new EspalierError({ code: 'hook-failed', scope, message, cause });
  }
}

function scheduleName(schedule: Schedule): string {
  const config = schedule.config as { readonly kind?: unknown } | null | undefined;
  return `schedule '${typeof config?.kind === 'string' ? config.kind : schedule.name || 'function'}'`;
}
