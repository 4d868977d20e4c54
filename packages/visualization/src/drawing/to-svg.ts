import { checkOptions, EspalierError, option, readOptions } from '@espalier/core';
import { importPeer } from '@espalier/core/internal';
import type { Loader } from 'vega';
import type { TopLevelSpec } from 'vega-lite';
import type { Chart } from './chart.js';
import { markTexts, unmarked } from './literal-texts.js';
import { textWidth } from './text-width.js';

/** How {@link toSvg} writes. */
export interface SvgOptions {
  /** Begins every `id` inside, so that several pictures can live in one page: a letter, then letters, digits, `-`, `_`. Default `c`. */
  readonly idPrefix?: string;
}

const PEER = { packageName: 'vega', scope: 'to-svg', code: 'io', need: 'Charts are drawn by Vega' } as const;

/**
 * A chart as an SVG document.
 *
 * The same chart gives the same bytes. Texts are escaped, nothing is loaded from anywhere, and there is no script in it.
 * Works in Node and in browsers.
 *
 * @returns SVG 1.1 text with `width`, `height` and `viewBox` in px
 * @throws EspalierError `invalid-option` for what is no chart, `invalid-data` when Vega cannot draw it
 * @example
 * ```ts
 * import { lineChart, toSvg } from '@espalier/visualization';
 *
 * const chart = lineChart({ title: 'Loss', series: [{ name: 'train', points: [1, 0.5, 0.3] }] });
 * console.log((await toSvg(chart)).slice(0, 4)); // <svg
 * ```
 */
export async function toSvg(chart: Chart, options: SvgOptions = {}): Promise<string> {
  const { idPrefix } = readOptions('to-svg', options, rules).values;
  const check = checkOptions('to-svg');
  if (typeof chart !== 'object' || chart === null) check.fail('chart', 'a chart', chart);
  const [vega, { compile }] = await importPeer(PEER, () =>
    Promise.all([import('vega'), import('vega-lite')]),
  );
  let svg: string;
  const release = measureAsEverywhere(vega);
  try {
    // Vega-Lite reports through console.warn otherwise, which would be noise in a training log.
    const own = structuredClone(chart) as unknown as TopLevelSpec;
    markTexts(own);
    const { spec } = compile(own, { logger: silentLogger() });
    const refused: string[] = [];
    const view = new vega.View(vega.parse(spec), {
      renderer: 'none',
      loader: offlineLoader(vega.loader(), refused),
      logLevel: vega.None,
    });
    svg = unmarked(await view.toSVG());
    view.finalize();
    if (refused.length > 0)
      throw new Error(`a chart holds its own data and pictures, it asks for ${refused[0]}`);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EspalierError({
      code: 'invalid-data',
      scope: 'to-svg',
      message: `the chart cannot be drawn: ${reason}. Check that it is a Vega-Lite specification with its data inside.`,
      cause,
    });
  } finally {
    release();
  }
  return renumberIds(svg, idPrefix);
}

const rules = {
  idPrefix: option.custom<string, { readonly default: string }>({
    default: 'c',
    expected: 'a letter followed by letters, digits, - or _',
    accepts: (value) => typeof value === 'string' && /^[A-Za-z][\w-]*$/.test(value),
  }),
};

/** The part of Vega that measures texts, which its types leave out. */
interface TextMetrics {
  width: (item: { readonly text?: unknown; readonly fontSize?: number }, text?: unknown) => number;
}

let drawing = 0;
let measuredBefore: TextMetrics['width'] | undefined;

/** Vega measures text with a canvas where there is one and guesses elsewhere; while we draw, it reckons as we do. */
function measureAsEverywhere(vega: object): () => void {
  const metrics = (vega as { textMetrics: TextMetrics }).textMetrics;
  if (drawing++ === 0) {
    measuredBefore = metrics.width;
    metrics.width = (item, text) => textWidth(unmarked(String(text ?? item.text ?? '')), item.fontSize ?? 11);
  }
  return () => {
    if (--drawing === 0) metrics.width = measuredBefore!;
  };
}

/** Vega counts its ids over the whole process; here they are counted within the picture. */
function renumberIds(svg: string, prefix: string): string {
  const names = new Map<string, string>();
  const rename = (id: string): string => {
    const known = names.get(id) ?? `${prefix}${names.size}`;
    names.set(id, known);
    return known;
  };
  // Within tags only: `>` is escaped in Vega's attributes, and text may read like an attribute.
  return svg.replace(/<[^>]*>/g, (tag) =>
    tag
      .replace(/ id="([^"]*)"/g, (_, id: string) => ` id="${rename(id)}"`)
      .replace(/="url\(#([^)"]*)\)"/g, (_, id: string) => `="url(#${rename(id)})"`),
  );
}

/** Lets nothing in but pictures that the chart holds. Vega only logs what a loader refuses, so it is noted. */
function offlineLoader(loader: Loader, refused: string[]): Loader {
  const refuse = (uri: string): never => {
    refused.push(uri);
    throw new Error(`${uri} is not loaded`);
  };
  return {
    ...loader,
    load: async (uri) => refuse(uri),
    sanitize: async (uri, options) =>
      uri.startsWith('data:image/png;base64,') ? loader.sanitize(uri, options) : refuse(uri),
  };
}

function silentLogger() {
  const logger = {
    level: () => 0,
    error: (...messages: readonly unknown[]) => {
      throw new Error(messages.join(' '));
    },
    warn: () => logger,
    info: () => logger,
    debug: () => logger,
  };
  return logger as never;
}
