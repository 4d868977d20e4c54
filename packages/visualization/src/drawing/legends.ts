import { textWidth } from './text-width.js';
import { tickLabels } from './ticks.js';

/** The legend of a colour scale: its ends and what lies between, in numbers that differ whatever their magnitude. */
export function colorLegend([low, high]: readonly [number, number], title: string, length: number) {
  // A 0 beside an end would be written over it.
  const around = low < 0 && high > 0 && Math.min(-low, high) > high / 10 - low / 10;
  return {
    title: title === '' ? null : title,
    gradientThickness: 12,
    gradientLength: length,
    values: [low, around ? 0 : low / 2 + high / 2, high],
    ...tickLabels([low, high], high / 200 - low / 200, true),
  };
}

/** The same in percent, for shares from 0 to `high`. */
export function shareFormat(high: number): string {
  const decimals = Math.ceil(1 - Math.log10(high * 100));
  return `.${Math.min(12, Math.max(0, decimals))}~%`;
}

/** A legend of names below a plot, in as many columns as fit. */
export function bottomLegend(names: readonly string[], width: number) {
  const widest = Math.max(...names.map((name) => textWidth(name, 11))) + 28;
  return {
    title: null,
    orient: 'bottom',
    direction: 'horizontal',
    columns: Math.max(1, Math.min(names.length, Math.floor(Math.max(width, 260) / widest))),
    symbolSize: 60,
  };
}
