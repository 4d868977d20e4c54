import { fail } from '../errors.js';
import { describe } from '../options.js';
import type { Plugin } from './plugin.js';
import type { EpochLogs } from './record.js';
import type { RunState } from './run-state.js';

/** What the engine itself writes into an epoch's line. */
const OWN = ['epoch', 'learning_rate'];

/**
 * Checks the numbers that a hand-written loop gives.
 *
 * @throws EspalierError `invalid-option` for what are no numbers by name, and for names that the run has of its own.
 */
export function checkLoopLogs(where: 'stepEnd' | 'epochEnd', logs: EpochLogs): void {
  const given: unknown = logs;
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    fail(
      'invalid-option',
      'compose',
      `${where} takes numbers by name, e.g. { loss: 0.5 }, got ${describe(given)}.`,
    );
  for (const [name, value] of Object.entries(given as Readonly<Record<string, unknown>>)) {
    if (OWN.includes(name))
      fail(
        'invalid-option',
        'compose',
        `${where}: '${name}' is the run's own; give the number another name.`,
      );
    if (typeof value === 'number') continue;
    const tensor = typeof (value as { dataSync?: unknown } | null)?.dataSync === 'function';
    fail(
      'invalid-option',
      'compose',
      `${where}: '${name}' must be a number, got ${tensor ? 'a tensor; write (await tensor.data())[0]' : describe(value)}.`,
    );
  }
}

/**
 * Checks that an epoch has what was promised of it; numbers of a validation may be missing, which need not be after each epoch.
 *
 * @throws EspalierError `unknown-metric` where a number that a plugin monitors is not there.
 */
export function checkPromised(run: RunState, logs: EpochLogs, plugins: readonly Plugin[]): void {
  for (const { name, monitors = [] } of plugins) {
    const missing = (monitors as readonly string[]).find(
      (monitor) =>
        !monitor.startsWith('val_') &&
        monitor !== 'learning_rate' &&
        !Object.hasOwn(logs, monitor) &&
        !plugins.some(({ logs: logged = [] }) => (logged as readonly string[]).includes(monitor)),
    );
    if (missing !== undefined)
      fail(
        'unknown-metric',
        name,
        `monitor "${missing}" is not among what epochEnd was given: ${Object.keys(logs).join(', ') || 'nothing'}.`,
      );
  }
  const unsaid = Object.keys(logs).filter((name) => !run.metricNames.includes(name));
  const message = `epochEnd was given ${unsaid.join(', ')}, which metricNames does not name: logs with columns leave it out.`;
  if (unsaid.length > 0 && !run.events.some((event) => event.message === message))
    run.note('compose', message);
}
