/**
 * Round places on a log axis from `min` to `max`: powers of ten, every second, third, ... of them where there are
 * many, 1 and 3 or 1, 2 and 5 times powers of ten where there are few.
 *
 * @param min - above 0
 * @param max - not below `min`
 * @param count - about as many as wanted at most
 */
export function logTicks(min: number, max: number, count = 6): number[] {
  const low = Math.floor(Math.log10(min));
  const high = Math.ceil(Math.log10(max));
  const decades = Math.log10(max) - Math.log10(min);
  const factors = decades < 1.6 ? [1, 2, 5] : decades < 3.2 ? [1, 3] : [1];
  const step = factors.length > 1 ? 1 : Math.max(1, Math.ceil(decades / count));
  const ticks: number[] = [];
  for (let power = Math.ceil(low / step) * step; power <= high; power += step) {
    for (const factor of factors) {
      const tick = Number(`${factor}e${power}`);
      if (tick >= min * (1 - 1e-9) && tick <= max * (1 + 1e-9)) ticks.push(tick);
    }
  }
  return ticks;
}
