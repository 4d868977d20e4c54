import type { Line } from './line.js';

/**
 * Each line as a smoothed one and, faint behind it, the values as they are.
 *
 * The exponential moving average `m_t = s m_{t-1} + (1 - s) v_t`, divided by `1 - s^t` so that its start is not drawn
 * towards 0; a gap stays a gap and does not count.
 *
 * @param share - `s`, 0 (off) to below 1
 * @see Kingma & Ba, "Adam", 2015, section 3: the correction of the start; TensorBoard smooths likewise
 */
export function smoothed(lines: readonly Line[], share: number): Line[] {
  if (share === 0) return [...lines];
  return lines.flatMap((line): Line[] => {
    if (line.kind !== 'line') return [line];
    let mean = 0;
    let weight = 0;
    const places = line.places.map(({ x, y }) => {
      if (y === null) return { x, y };
      mean = share * mean + (1 - share) * y;
      weight = share * weight + (1 - share);
      return { x, y: mean / weight };
    });
    return [
      { ...line, faint: true },
      { ...line, places },
    ];
  });
}
