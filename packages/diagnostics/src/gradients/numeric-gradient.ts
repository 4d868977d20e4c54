/** The objective as a function of one number, and the piece of it that the number lies on. */
export type Probe = (change: number) => Probed;

export interface Probed {
  readonly value: number;
  readonly pattern: number;
}

/** A derivative by central differences. */
export interface NumericGradient {
  readonly value: number;
  /** How far it may be off: what two steps disagree by, what both sides disagree by at a corner, and rounding. */
  readonly uncertainty: number;
  /** The step that it was taken with. */
  readonly step: number;
  /** Whether every step crossed a corner of the function: {@link value} is then a mean of what lies on both sides. */
  readonly corner: boolean;
}

/** Half a unit in the last place of float32, relative. */
const ROUNDING = 2 ** -24;
/** Sums and exponentials round several times. */
const ROUNDINGS = 4;
/** A step is this many times the next smaller one. */
const RATIO = 4;

interface Level {
  readonly step: number;
  readonly smooth: boolean;
  readonly slope: number;
  /** How much steeper it is on one side than on the other. */
  readonly bend: number;
  readonly noise: number;
}

/**
 * A derivative at 0 by central differences, extrapolated to step 0:
 *
 * ```text
 * D(h) = (f(h) - f(-h)) / 2h,   D = (16 D(h) - D(4h)) / 15
 * ```
 *
 * Of the steps `8 s, 2 s, s / 2, s / 8` with s = scale, a pair is taken whose uncertainty is smallest; where it is all rounding, larger
 * steps are tried. Where both ends of a step lie on different pieces of the function, half the difference of the slopes on both sides
 * says how far the corner may have moved the derivative: nothing where the pieces meet smoothly, as those of a maximum within a softmax.
 *
 * @param here The objective without a change.
 */
export function numericGradient(probe: Probe, here: Probed, scale: number): NumericGradient {
  const levelOf = (factor: number): Level => {
    const step = scale * factor;
    const [above, below] = [probe(step), probe(-step)];
    const size = Math.max(Math.abs(above.value), Math.abs(below.value));
    return {
      step,
      smooth: above.pattern === here.pattern && below.pattern === here.pattern,
      slope: (above.value - below.value) / (2 * step),
      bend: Math.abs(above.value + below.value - 2 * here.value) / step,
      noise: (ROUNDINGS * ROUNDING * size) / step,
    };
  };
  const levels = [8, 2, 0.5, 0.125].map(levelOf);
  const pairs = levels.slice(1).map((fine, i) => between(levels[i]!, fine));
  let best = pairs.reduce((a, b) => (b.uncertainty < a.uncertainty ? b : a));
  // A gradient that drowns in rounding may come up with larger steps, as long as those agree.
  let fine = levels[0]!;
  for (let factor = 8 * RATIO; factor <= LARGEST; factor *= RATIO) {
    if (best.uncertainty <= 1e-3 * Math.abs(best.value)) break;
    const coarse = levelOf(factor);
    const apart = Math.abs(coarse.slope - fine.slope);
    const noise = 1.2 * fine.noise;
    if (!(apart <= 0.1 * Math.abs(fine.slope) + noise)) break;
    const corner = !coarse.smooth || !fine.smooth;
    const uncertainty = apart + noise + (corner ? fine.bend / 2 : 0);
    if (uncertainty < best.uncertainty) best = { value: fine.slope, uncertainty, step: fine.step, corner };
    fine = coarse;
  }
  return best;
}

/** Steps go up to so many times the scale. */
const LARGEST = 2048;

function between(coarse: Level, fine: Level): NumericGradient {
  const { step, slope } = fine;
  const noise = 1.2 * fine.noise;
  if (coarse.smooth && fine.smooth) {
    const uncertainty = finiteOr(Math.abs(slope - coarse.slope) / 15 + noise);
    return { value: (16 * slope - coarse.slope) / 15, uncertainty, step, corner: false };
  }
  if (fine.smooth) return { value: slope, uncertainty: finiteOr(noise), step, corner: false };
  const uncertainty = finiteOr(fine.bend / 2 + Math.abs(slope - coarse.slope) + 2 * noise);
  return { value: slope, uncertainty, step, corner: true };
}

/** Where the objective is not finite beside the point, nothing is known. */
function finiteOr(uncertainty: number): number {
  return Number.isFinite(uncertainty) ? uncertainty : Infinity;
}
