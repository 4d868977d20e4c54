import { theme } from './theme.js';
import { cleanText } from './text.js';
import { wrapText } from './text-width.js';

/**
 * A chart as plain JSON: a complete Vega-Lite v6 specification with its data inside. It can be drawn by
 * {@link toSvg} and {@link toPng}, stored with `JSON.stringify`, and opened in any Vega-Lite tool.
 *
 * @see Satyanarayan et al., "Vega-Lite: A Grammar of Interactive Graphics", 2017
 */
export interface Chart {
  readonly $schema: string;
  readonly title: ChartTitle;
  /** What the picture shows, in words: the text that screen readers read. */
  readonly description: string;
  /** Width of the plot in px, axes and legends not counted. */
  readonly width: number;
  /** Height of the plot in px, axes and legends not counted. */
  readonly height: number;
  readonly [property: string]: unknown;
}

/** Title and remark of a chart. */
export interface ChartTitle {
  /** An array has one entry a line. */
  readonly text: string | readonly string[];
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

/**
 * Puts the parts that all charts share around `body`. Empty subtitle lines are left out, long lines are wrapped.
 *
 * @param says - what the chart shows, in words, without its title
 */
export function makeChart(
  { title, subtitle, width, height }: ChartOptions & { width: number; height: number },
  remarks: readonly string[],
  says: string,
  body: Readonly<Record<string, unknown>>,
): Chart {
  const room = Math.max(width, 260);
  const titles = wrapText(cleanText(title), room, config.title.fontSize * 1.1); // bold
  const lines = [subtitle ?? '', ...remarks].filter((line) => line !== '').map(cleanText);
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: {
      text: titles.length === 1 ? titles[0]! : titles,
      ...(lines.length > 0
        ? { subtitle: lines.flatMap((line) => wrapText(line, room, config.title.subtitleFontSize)) }
        : {}),
    },
    description: [cleanText(title), says, ...lines].filter((part) => part !== '').join('. '),
    width,
    height,
    config,
    ...body,
  };
}

/** The title of a chart in one line. */
export function titleOf(chart: Chart): string {
  const text: unknown = (chart.title as ChartTitle | undefined)?.text ?? chart.title ?? '';
  return [text].flat().join(' ');
}
