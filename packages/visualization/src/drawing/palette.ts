/** Names of the colour scales of heat maps. All of them keep their order in grey and under colour-vision deficiencies. */
export type ColorScheme = 'blues' | 'oranges' | 'greys' | 'viridis' | 'blue-orange';

/** Colours at equal steps from the low to the high end of each scale; between them RGB is interpolated linearly. */
export const palettes: Readonly<Record<ColorScheme, readonly string[]>> = {
  blues: ['#f4f8fc', '#cfe1f2', '#93c3df', '#4b97c9', '#1c68ad', '#08306b'],
  oranges: ['#fdf7f0', '#fbdcb9', '#f7b577', '#ec8433', '#c2560b', '#7f3003'],
  greys: ['#000000', '#ffffff'],
  viridis: ['#440154', '#443983', '#31688e', '#21918c', '#35b779', '#90d743', '#fde725'],
  'blue-orange': ['#0b3a75', '#2d74b8', '#91bfe0', '#f6f6f6', '#f5bb85', '#dc7a1f', '#843c02'],
};

/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [number, number, number];

/** The three channels of `#rrggbb`. */
export function parseHex(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/**
 * The colour at `position` of a scale, as the piecewise linear scale of the legend has it.
 *
 * @param stops - `#rrggbb`, at least two
 * @param position - 0 (low end) to 1 (high end); clamped
 */
export function colorAt(stops: readonly string[], position: number): Rgb {
  const scaled = Math.min(Math.max(position, 0), 1) * (stops.length - 1);
  const index = Math.min(Math.floor(scaled), stops.length - 2);
  const from = parseHex(stops[index]!);
  const to = parseHex(stops[index + 1]!);
  const share = scaled - index;
  return [0, 1, 2].map((c) => Math.round(from[c]! + (to[c]! - from[c]!) * share)) as unknown as Rgb;
}

/** {@link colorAt} as `#rrggbb`. */
export function hexAt(stops: readonly string[], position: number): string {
  return `#${colorAt(stops, position)
    .map((channel) => channel.toString(16).padStart(2, '0'))
    .join('')}`;
}

/** The colour scale of a chart over `[min, max]`: one piece of the domain for each pair of neighbouring colours. */
export function colorScale(scheme: ColorScheme, [min, max]: readonly [number, number]) {
  const stops = palettes[scheme];
  const last = stops.length - 1;
  const domain = stops.map((_, i) => (i === last ? max : min + ((max - min) * i) / last));
  return { type: 'linear', domain, range: stops, interpolate: 'rgb', clamp: true, zero: false, nice: false };
}

/** True when dark text reads better than white on `color` (relative luminance of WCAG 2 above 0.179). */
export function wantsDarkInk(color: Rgb): boolean {
  const [r, g, b] = color.map((channel) => {
    const c = channel / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179;
}
