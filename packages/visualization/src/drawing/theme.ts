/**
 * The colours that every chart is drawn with. Each neutral is used for one purpose alone and by nothing else,
 * so that a page may repaint it (dark mode) by matching the attribute.
 */
export const theme = {
  paper: '#ffffff',
  ink: '#1f2328',
  softInk: '#59636e',
  grid: '#e7eaee',
  axis: '#b3bac2',
  missing: '#c9ced4',
  darkCellInk: '#111418',
  lightCellInk: '#fcfdff',
  /** On tints that stay as they are in the dark. */
  inkOnTint: '#15191e',
} as const;

/**
 * Colours of series: the first four, and the last four, are told apart under the common colour-vision deficiencies,
 * on white and on near-black paper. `lineStyle` gives the two halves different dashes.
 */
export const seriesColors = [
  '#0b76c2',
  '#d95f02',
  '#56b4e9',
  '#8a6d4f',
  '#c25ba5',
  '#c99700',
  '#0f9d76',
  '#7a66c4',
] as const;

/** The colour of the series at `index`; after the last colour it starts again. */
export function seriesColor(index: number): string {
  return seriesColors[index % seriesColors.length]!;
}

/** Of areas that lie side by side, which have no dash to help: neighbours in the list differ in hue, also when paled. */
const regionOrder = [0, 1, 6, 4, 5, 7, 3, 2] as const;

/** The colour of the region at `index`; after the last colour it starts again. */
export function regionColor(index: number): string {
  return seriesColors[regionOrder[index % regionOrder.length]!]!;
}
