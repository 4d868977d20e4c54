import type { Line } from './line.js';
import { counted, digitsApart, formatNumber } from '../drawing/text.js';

const described = 12;

/** Lines in words: where each begins and ends, and its lowest and highest value. */
export function describeLines(lines: readonly Line[], xLabel: string, yLabel: string): string {
  const shown = lines.filter((line) => !line.faint);
  const axes = [yLabel, xLabel].filter((label) => label !== '').join(' over ');
  const parts = shown.slice(0, described).map(({ series, places }) => {
    const finite = places.filter((place) => place.y !== null);
    if (finite.length === 0) return `${series}: no finite value`;
    const [first, last] = [finite[0]!, finite.at(-1)!];
    if (finite.length === 1) return `${series}: ${formatNumber(first.y!)} at ${formatNumber(first.x)}`;
    const low = finite.reduce((a, b) => (b.y! < a.y! ? b : a));
    const high = finite.reduce((a, b) => (b.y! > a.y! ? b : a));
    const digits = digitsApart([low.y!, high.y!]);
    const place = (p: typeof low) => `${formatNumber(p.y!, digits)} at ${formatNumber(p.x)}`;
    return `${series}: from ${place(first)} to ${place(last)}, lowest ${place(low)}, highest ${place(high)}`;
  });
  const rest = shown.length > described ? [`and ${counted(shown.length - described, 'more line')}`] : [];
  return [
    `Chart of ${counted(shown.length, 'line')}${axes === '' ? '' : `, ${axes}`}`,
    ...parts,
    ...rest,
  ].join('. ');
}
