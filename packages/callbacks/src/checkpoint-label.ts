import { type Checkpoint, EspalierError, type EpochLogs, type Run } from '@espalier/core';

const PLACE = /\{([^{}:]*)(?::([^{}]*))?\}/g;

/**
 * Checks a pattern such as `epoch-{epoch}-val_loss-{val_loss:.3f}` against the names that a run produces.
 *
 * @throws EspalierError `invalid-option` for a name that it does not, and for letters that no file name has everywhere.
 */
export function checkLabel(scope: string, pattern: string, run: Run): void {
  const known = ['epoch', 'step', ...run.metricNames];
  for (const [, name = '', format] of pattern.matchAll(PLACE)) {
    if (!known.includes(name))
      refuse(scope, `label names '${name}', which this run does not produce; it has: ${known.join(', ')}`);
    if (format !== undefined && !/^\.\d{1,2}f$/.test(format))
      refuse(scope, `label has the format '${format}' for '${name}'; it must be like .3f, or left out`);
  }
  const plain = pattern.replaceAll(PLACE, '');
  if (!/^[A-Za-z0-9._-]*$/.test(plain) || pattern.length > 100)
    refuse(scope, `label must be at most 100 letters, digits, ".", "_", "-" and {names}, got '${pattern}'`);
}

/** The pattern with the numbers of the moment; what has not been measured yet is `none`. */
export function labelOf(
  pattern: string,
  { epoch, step }: Pick<Checkpoint, 'epoch' | 'step'>,
  logs: EpochLogs,
): string {
  return pattern.replaceAll(PLACE, (_, name: string, format?: string) => {
    const value = { ...logs, epoch, step }[name];
    if (value === undefined) return 'none';
    const text = format === undefined ? String(value) : value.toFixed(Number(format.slice(1, -1)));
    return text.replace('+', '');
  });
}

function refuse(scope: string, message: string): never {
  throw new EspalierError({ code: 'invalid-option', scope, message: `${message}.` });
}
