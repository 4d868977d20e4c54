import { seriesColors } from '../drawing/theme.js';

/** How a line looks: no two of the first 72 are alike. */
export interface LineStyle {
  readonly color: string;
  /** Stroke and gap in px, as of SVG's `stroke-dasharray`. */
  readonly dash: readonly number[];
  /** Vega's name of the marker. */
  readonly shape: 'circle' | 'square' | 'triangle-up' | 'diamond';
  /** Markers on a line of any length. */
  readonly marked: boolean;
}

/** The dashes of `dashed: true`, and of lines beyond the first four colours. */
export const dashes = [
  [1, 0],
  [6, 4],
  [2, 3],
  [10, 3, 2, 3],
  [14, 5],
  [6, 3, 2, 3, 2, 3],
] as const;

const shapes = ['circle', 'square', 'triangle-up', 'diamond'] as const;

/**
 * The style at `index`. Lines of one dash have at most four colours, which readers with any of the common
 * colour-vision deficiencies tell apart; then the dash changes, and after all dashes markers come onto the lines.
 */
export function lineStyle(index: number): LineStyle {
  const group = Math.floor(index / 4);
  const round = Math.floor(group / dashes.length);
  return {
    color: seriesColors[index % seriesColors.length]!,
    dash: dashes[group % dashes.length]!,
    shape: shapes[round % shapes.length]!,
    marked: round > 0,
  };
}
