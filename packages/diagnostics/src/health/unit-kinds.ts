/** The values of an activation beyond which it is saturated. */
export interface Saturation {
  readonly low: number;
  readonly high: number;
}

/** Within 2 % of a bound, sigmoid and tanh have a slope under a tenth of their largest. */
const MARGIN = 0.02;

const BOUNDS: Readonly<Record<string, readonly [number, number]>> = {
  sigmoid: [0, 1],
  hardSigmoid: [0, 1],
  tanh: [-1, 1],
  softsign: [-1, 1],
};

/** Where an activation saturates; `undefined` for one without two bounds. */
export function saturationOf(activation: string | undefined): Saturation | undefined {
  const bounds = activation === undefined ? undefined : BOUNDS[activation];
  if (!bounds) return undefined;
  const [from, to] = bounds;
  return { low: from + MARGIN * (to - from), high: to - MARGIN * (to - from) };
}
