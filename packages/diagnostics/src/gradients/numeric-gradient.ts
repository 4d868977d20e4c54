/** The objective as a function of one number, and the piece of it that the number lies on. */
export type Probe = (change: number) => { readonly value: number; readonly pattern: number };

/** A derivative by central differences. */
export interface NumericGradient {
  readonly value: number;
  /** How far it may be off: what two steps disagree by, and rounding. Infinity where no step stays on one piece. */
  readonly uncertainty: number;
  /** The step that it was taken with. */
  readonly step: number;
  /** Whether every step crossed a corner of the function. */
  readonly kink: boolean;
}

/** Half a unit in the last place of float32, relative. */
const ROUNDING = 2 ** -24;
/** Sums and exponentials round several times. */
const ROUNDINGS = 4;

/**
 * A derivative at 0 by central differences, extrapolated to step 0:
 *
 * ```text
 * D(h) = (f(h) - f(-h)) / 2h,   D = (16 D(h) - D(4h)) / 15
 * ```
 *
 * Of the steps `8 s, 2 s, s / 2, s / 8` with s = scale, a pair is taken whose uncertainty is smallest. Steps whose two ends lie on
 * different pieces of the function are left out; where all do, it is a kink.
 */
export function numericGradient(probe: Probe, scale: number): NumericGradient {
  const levels = [8, 2, 0.5, 0.125].map((factor) => {
    const step = scale * factor;
    const [above, below] = [probe(step), probe(-step)];
    const size = Math.max(Math.abs(above.value), Math.abs(below.value));
    return {
      step,
      smooth: above.pattern === below.pattern,
      slope: (above.value - below.value) / (2 * step),
      noise: (ROUNDINGS * ROUNDING * size) / step,
    };
  });
  let best: NumericGradient | undefined;
  levels.forEach((fine, i) => {
    const coarse = levels[i - 1];
    if (!fine.smooth || !coarse) return;
    const value = coarse.smooth ? (16 * fine.slope - coarse.slope) / 15 : fine.slope;
    const truncation = coarse.smooth ? Math.abs(fine.slope - coarse.slope) / 15 : 0;
    const uncertainty = truncation + 1.2 * fine.noise;
    if (!best || uncertainty < best.uncertainty) best = { value, uncertainty, step: fine.step, kink: false };
  });
  const finest = levels.at(-1)!;
  return best ?? { value: finest.slope, uncertainty: Infinity, step: finest.step, kink: true };
}
