import { EspalierError, option, readOptions } from '@espalier/core';
import { inNode, nodeModule } from '@espalier/core/internal';
import { canvasPng } from './canvas-png.js';
import type { Chart } from './chart.js';
import { toSvg } from './to-svg.js';

/** How {@link toPng} draws. */
export interface PngOptions {
  /** Pixels per px of the chart, 0.1 to 10. Default 2, sharp on most screens. */
  readonly scale?: number;
}

/**
 * A chart as a PNG picture, on white.
 *
 * In Node text is set in DejaVu Sans of the package `dejavu-fonts-ttf`, so no font of the system is needed or looked at, and the bytes are
 * the same everywhere. In the page of a browser its canvas draws the same SVG in its own font.
 *
 * @returns the bytes of a PNG file, RGBA, `scale` times the size of the SVG
 * @throws EspalierError `invalid-option`, `invalid-data` as {@link toSvg}; `io` when the renderer cannot be loaded, or in a worker
 * of a browser, which cannot draw SVG
 * @example
 * ```ts
 * import { barChart, toPng } from '@espalier/visualization';
 *
 * const png = await toPng(barChart({ title: 'Accuracy', bars: [{ label: 'mlp', value: 0.98 }] }), { scale: 2 });
 * console.log(png.length > 1000); // true
 * ```
 */
export async function toPng(chart: Chart, options: PngOptions = {}): Promise<Uint8Array> {
  const { scale } = readOptions('to-png', options, {
    scale: option.number({ min: 0.1, max: 10, default: 2 }),
  }).values;
  const svg = await toSvg(chart);
  if (!inNode()) return canvasPng(svg, scale);
  const { Resvg, fontFiles } = await loadRenderer();
  const picture = new Resvg(
    // resvg knows optimizeSpeed (sharp cells) and takes the later `pixelated`, which it does not know, for smooth.
    linesApart(svg).replace(
      /image-rendering: optimizeSpeed; image-rendering: pixelated;/g,
      'image-rendering: optimizeSpeed',
    ),
    {
      font: {
        loadSystemFonts: false,
        fontFiles,
        defaultFontFamily: 'DejaVu Sans',
        sansSerifFamily: 'DejaVu Sans',
      },
      fitTo: { mode: 'zoom', value: scale },
    },
  );
  return new Uint8Array(picture.render().asPng());
}

/** Each line a text of its own: resvg orders words from right to left over all lines of a text. */
const linesApart = (svg: string): string =>
  svg.replace(
    /<text ([^>]*)>((?:<tspan[^>]*>[^<]*<\/tspan>)+)<\/text>/g,
    (_, look: string, lines: string) => {
      let y = 0;
      return lines.replace(
        /<tspan(?: x="0" dy="([\d.]+)")?>([^<]*)<\/tspan>/g,
        (_, down: string | undefined, line: string) =>
          `<text ${look} x="0" y="${(y += Number(down ?? 0))}">${line}</text>`,
      );
    },
  );

async function loadRenderer() {
  try {
    // No literal at the call, so that bundlers for browsers leave it alone.
    const name = '@resvg/resvg-js' as string;
    const [{ Resvg }, { createRequire }] = await Promise.all([
      import(/* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ name) as Promise<
        typeof import('@resvg/resvg-js')
      >,
      nodeModule<typeof import('node:module')>('node:module'),
    ]);
    // import.meta is empty in the CommonJS build, and a __filename in the ESM build is another's.
    const require = createRequire((import.meta.url as string | undefined) ?? __filename);
    const fontFiles = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) =>
      require.resolve(`dejavu-fonts-ttf/ttf/${file}`),
    );
    return { Resvg, fontFiles };
  } catch (cause) {
    throw new EspalierError({
      code: 'io',
      scope: 'to-png',
      message:
        `the PNG renderer cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}. ` +
        `It needs Node with the packages @resvg/resvg-js and dejavu-fonts-ttf installed; elsewhere use toSvg.`,
      cause,
    });
  }
}
