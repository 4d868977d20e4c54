import { theme } from './theme.js';
import { cleanText } from './text.js';
import { cutMiddle, wrapText } from './text-width.js';

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
    // Vega would write the title over labels that reach further than 200 px.
    maxExtent: 1000,
  },
  legend: {
    labelColor: theme.softInk,
    labelFontSize: 11,
    titleColor: theme.ink,
    titleFontSize: 11,
    titleFontWeight: 'normal',
    labelLimit: 400,
    titleLimit: 400,
    // Vega would leave out entries beyond 30.
    symbolLimit: 0,
    gradientStrokeColor: 'transparent',
    layout: { bottom: { anchor: 'start', direction: 'vertical', margin: 6 } },
  },
} as const;

/** Room for a line of a legend's title, px. */
const LEGEND_WIDTH = 170;

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
    ...withFittedTitles(body, { x: Math.max(width, 120), y: Math.max(height, 120) }),
  };
}

type Part = Readonly<Record<string, unknown>>;

/** Titles of axes and legends on as many lines as they need, three at most; longer ones are cut in their middle. */
function withFittedTitles(part: Part, room: { readonly x: number; readonly y: number }): Part {
  const fitted = (title: unknown, width: number): unknown => {
    if (typeof title !== 'string') return title;
    const lines = wrapText(
      cutMiddle(cleanText(title), 2.7 * width, config.axis.titleFontSize),
      width,
      config.axis.titleFontSize,
    );
    return lines.length === 1 ? lines[0] : lines;
  };
  const channels = Object.entries((part['encoding'] ?? {}) as Readonly<Record<string, Part>>).map(
    ([name, channel]): [string, Part] => {
      const legend = channel['legend'] as Part | null | undefined;
      return [
        name,
        {
          ...channel,
          ...('title' in channel && { title: fitted(channel['title'], name === 'x' ? room.x : room.y) }),
          ...(legend &&
            'title' in legend && { legend: { ...legend, title: fitted(legend['title'], LEGEND_WIDTH) } }),
        },
      ];
    },
  );
  const layers = part['layer'] as readonly Part[] | undefined;
  return {
    ...part,
    ...(part['encoding'] !== undefined && { encoding: Object.fromEntries(channels) }),
    ...(layers && { layer: layers.map((layer) => withFittedTitles(layer, room)) }),
  };
}

/** The title of a chart in one line. */
export function titleOf(chart: Chart): string {
  const text: unknown = (chart.title as ChartTitle | undefined)?.text ?? chart.title ?? '';
  return [text].flat().join(' ');
}
