import { theme } from './theme.js';
import { cleanText } from './text.js';

/**
 * A chart as plain JSON: a complete Vega-Lite v6 specification with its data inside. It can be drawn by
 * {@link toSvg} and {@link toPng}, stored with `JSON.stringify`, and opened in any Vega-Lite tool.
 *
 * @see Satyanarayan et al., "Vega-Lite: A Grammar of Interactive Graphics", 2017
 */
export interface Chart {
  readonly $schema: string;
  readonly title: ChartTitle;
  /** Width of the plot in px, axes and legends not counted. */
  readonly width: number;
  /** Height of the plot in px, axes and legends not counted. */
  readonly height: number;
  readonly [property: string]: unknown;
}

/** Title and remark of a chart. */
export interface ChartTitle {
  readonly text: string;
  readonly subtitle?: string | readonly string[];
}

/** What every chart takes. */
export interface ChartOptions {
  /** Shown above the chart; any text. */
  readonly title: string;
  /** Second line, smaller. */
  readonly subtitle?: string;
  /** Width of the plot in px, 40 to 4000. */
  readonly width?: number;
  /** Height of the plot in px, 40 to 4000. */
  readonly height?: number;
}

const config = {
  font: 'sans-serif',
  background: theme.paper,
  padding: 10,
  view: { stroke: null },
  title: {
    anchor: 'start',
    frame: 'group',
    fontSize: 14,
    fontWeight: 'bold',
    color: theme.ink,
    offset: 12,
    subtitleColor: theme.softInk,
    subtitleFontSize: 11,
    subtitlePadding: 5,
  },
  axis: {
    labelColor: theme.softInk,
    labelFontSize: 11,
    titleColor: theme.ink,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    titlePadding: 8,
    gridColor: theme.grid,
    domainColor: theme.axis,
    tickColor: theme.axis,
    tickSize: 4,
    labelPadding: 4,
  },
  legend: {
    labelColor: theme.softInk,
    labelFontSize: 11,
    titleColor: theme.ink,
    titleFontSize: 11,
    titleFontWeight: 'normal',
    labelLimit: 400,
    titleLimit: 400,
    gradientStrokeColor: 'transparent',
    layout: { bottom: { anchor: 'start', direction: 'vertical', margin: 6 } },
  },
} as const;

/** Puts the parts that all charts share around `body`. Empty subtitle lines are left out. */
export function makeChart(
  { title, subtitle, width, height }: ChartOptions & { width: number; height: number },
  remarks: readonly string[],
  body: Readonly<Record<string, unknown>>,
): Chart {
  const lines = [subtitle ?? '', ...remarks].filter((line) => line !== '').map(cleanText);
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: { text: cleanText(title), ...(lines.length > 0 ? { subtitle: lines } : {}) },
    width,
    height,
    config,
    ...body,
  };
}
