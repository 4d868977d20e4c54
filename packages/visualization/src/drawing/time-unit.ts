const units = [
  { short: '\u00b5s', name: 'microseconds', size: 1e-6 },
  { short: 'ms', name: 'milliseconds', size: 1e-3 },
  { short: 's', name: 'seconds', size: 1 },
  { short: 'min', name: 'minutes', size: 60 },
  { short: 'h', name: 'hours', size: 3600 },
  { short: 'd', name: 'days', size: 86_400 },
] as const;

/** The unit in which a time is read best: seconds up to 3 minutes, minutes up to 3 hours, hours up to 3 days. */
export function timeUnit(seconds: number): (typeof units)[number] {
  return units.filter(({ size }) => seconds >= (size > 1 ? 3 : 0.9995) * size).at(-1) ?? units[0];
}
