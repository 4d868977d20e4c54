import type { Place } from './thin-points.js';

/** A line ready to be drawn: cleaned name, places sorted by x, gaps as null. */
export interface Line {
  readonly series: string;
  readonly dashed: boolean;
  readonly kind: 'line' | 'points';
  readonly places: readonly Place[];
  /** Dots on the points: see `Series`. */
  readonly markers?: boolean;
  /** Drawn pale and without a name: the values behind a smoothed line of the same name. */
  readonly faint?: boolean;
}
