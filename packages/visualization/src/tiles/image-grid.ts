import { EspalierError, option } from '@espalier/core';
import { makeChart, type Chart, type ChartOptions } from '../drawing/chart.js';
import { checkChart, checkText, list, pair } from '../drawing/check-chart.js';
import { isNumbers, type Numbers } from '../drawing/matrix.js';
import type { Rgb } from '../drawing/palette.js';
import { cleanText, counted, formatNumber } from '../drawing/text.js';
import { cutMiddle } from '../drawing/text-width.js';
import { seriesColors, theme } from '../drawing/theme.js';
import { gridLayers, gridSize, tileRules, type Tile } from './tile-sheet.js';

/** One picture of a grid, and what a model said of it. */
export interface GridImage {
  /** `[height, width, channels]` row-major, see `range`. */
  readonly pixels: Numbers;
  /** The right class. Default: no text. */
  readonly label?: string;
  /** What was predicted; a frame tells right from wrong. */
  readonly prediction?: string;
  /** How sure the model was of it, 0 to 1. */
  readonly confidence?: number;
  /** Loss of this example, for `order: 'worst'`. */
  readonly loss?: number;
}

/** What {@link imageGrid} draws. */
export interface ImageGridOptions extends ChartOptions {
  readonly images: readonly GridImage[];
  /** `[height, width]` or `[height, width, channels]` with 1 or 3 channels, the same for all. */
  readonly imageShape: readonly number[];
  /** Values of black and white. Default `[0, 1]`; `[0, 255]` for bytes. */
  readonly range?: readonly [number, number];
  /** As given; or the worst first: by `loss`, or without it wrong before right and each by confidence. Default `given`. */
  readonly order?: 'given' | 'worst';
  /** At most this many. Default 40. */
  readonly limit?: number;
  /** Pictures in a row. Default: about as many as rows, at most 10. */
  readonly columns?: number;
}

/**
 * Pictures side by side, with class, prediction and confidence below each: `cat` where it is right, `cat → dog 93 %` in
 * an orange frame where it is wrong.
 *
 * @returns a Vega-Lite specification
 * @throws EspalierError `invalid-option` for wrong options; `invalid-data` for no images, or pixels that do not fit the shape
 * @example
 * ```ts
 * import { imageGrid } from '@espalier/visualization';
 *
 * const pixels = Float32Array.from({ length: 64 }, (_, i) => i / 63);
 * const chart = imageGrid({
 *   title: 'Worst predictions',
 *   imageShape: [8, 8],
 *   images: [{ pixels, label: 'cat', prediction: 'dog', confidence: 0.93 }],
 *   order: 'worst',
 * });
 * console.log(chart.title.text); // Worst predictions
 * ```
 */
export function imageGrid(options: ImageGridOptions): Chart {
  const scope = 'image-grid';
  const check = checkChart(scope, options, {
    images: list<GridImage>('an array of { pixels }'),
    imageShape: list<number>('[height, width] or [height, width, channels]'),
    range: pair(),
    order: option.oneOf(['given', 'worst'], { optional: true }),
    ...tileRules,
  });
  const { images, imageShape, order = 'given', limit = 40, columns } = options;
  const refuse = (message: string): never => {
    throw new EspalierError({ code: 'invalid-data', scope, message });
  };
  if (imageShape.length !== 2 && imageShape.length !== 3) {
    check.fail('imageShape', '[height, width] or [height, width, channels]', imageShape);
  }
  const [height, width, channels = 1] = imageShape as [number, number, number?];
  check.integer('imageShape[0]', height, { min: 1, max: 1024 });
  check.integer('imageShape[1]', width, { min: 1, max: 1024 });
  if (channels !== 1 && channels !== 3) check.fail('imageShape[2]', '1 or 3 channels', channels);
  if (images.length === 0) refuse('images is empty: give at least one.');
  images.forEach((image, i) => {
    if (!isNumbers(image?.pixels)) check.fail(`images[${i}].pixels`, 'an array of numbers', image?.pixels);
    if (image.pixels.length !== height * width * channels) {
      refuse(
        `image ${i} has ${image.pixels.length} values, its shape [${imageShape.join(', ')}] needs ${height * width * channels}.`,
      );
    }
    checkText(check, `images[${i}].label`, image.label);
    checkText(check, `images[${i}].prediction`, image.prediction);
    if (image.confidence !== undefined)
      check.number(`images[${i}].confidence`, image.confidence, {
        min: 0,
        max: 1,
      });
  });
  const bytes = images.every(
    ({ pixels }) => pixels instanceof Uint8Array || pixels instanceof Uint8ClampedArray,
  );
  const [black, white] = options.range ?? (bytes ? [0, 255] : [0, 1]);
  if (!(Number.isFinite(black) && Number.isFinite(white) && black < white)) {
    check.fail('range', 'two finite numbers, black below white', options.range);
  }
  // Of pixels between black and white in rounding errors nothing is lost.
  const edge = (white - black) * 1e-3;
  let [outside, all] = [0, 0];
  for (const { pixels } of images)
    for (let i = 0; i < pixels.length; i++, all++)
      if (!(pixels[i]! >= black - edge && pixels[i]! <= white + edge)) outside++;
  const ordered = order === 'worst' ? worstFirst(images) : images;
  const shown = ordered.slice(0, limit);
  const wrong = images.filter(isWrong).length;
  const rowLength = columns ?? Math.min(10, Math.ceil(Math.sqrt(shown.length * 1.6)));
  const texts = shown.map(captionsOf);
  const captionLines = Math.max(...texts.map((lines) => lines.length));
  const size = gridSize(shown.length, width / height, {
    columns: rowLength,
    tileSize: Math.max(
      captionLines > 0 ? 56 : 24,
      Math.min(96, Math.floor(((options.width ?? 640) - 8 * (rowLength - 1)) / rowLength)),
    ),
    captionLines,
  });
  const tiles = shown.map((image, i) => ({
    captions: texts[i]!.map((text) => cutMiddle(text, size.cellWidth + 6, 10)),
    ...(image.prediction === undefined ? {} : { frame: isWrong(image) ? seriesColors[1] : seriesColors[0] }),
    tile: {
      width,
      height,
      at: (row, column) => {
        const level = (channel: number) => {
          const value = image.pixels[(row * width + column) * channels + channel]!;
          return Math.round(Math.min(1, Math.max(0, (value - black) / (white - black))) * 255) || 0;
        };
        return (channels === 3 ? [level(0), level(1), level(2)] : [level(0), level(0), level(0)]) as Rgb;
      },
    } satisfies Tile,
  }));
  const judged = images.filter(({ prediction }) => prediction !== undefined).length;
  return makeChart(
    { ...options, width: size.width, height: size.height },
    [
      ...(judged > 0
        ? [`${wrong} of ${judged} wrong (orange frame)${order === 'worst' ? ', worst first' : ''}`]
        : []),
      ...(outside > 0
        ? [
            `${share(outside / all)} of the values outside of ${formatNumber(black)} to ${formatNumber(white)}: black or white`,
          ]
        : []),
      ...(ordered.length > limit ? [`the first ${limit} of ${ordered.length}`] : []),
    ],
    `${counted(shown.length, 'picture')}: ${shown
      .slice(0, 20)
      .map((image) => captionsOf(image).join(' '))
      .join('; ')}`,
    {
      usermeta: { photographs: true },
      layer: gridLayers(tiles, size, theme.softInk),
    },
  );
}

function share(part: number): string {
  return part < 0.01 ? 'some' : `${Math.round(part * 100)} %`;
}

function isWrong({ label, prediction }: GridImage): boolean {
  return label !== undefined && prediction !== undefined && label !== prediction;
}

function captionsOf({ label, prediction, confidence }: GridImage): string[] {
  const sure = confidence === undefined ? '' : ` ${Math.round(confidence * 100)} %`;
  if (prediction === undefined) return label === undefined ? [] : [cleanText(label)];
  if (label === undefined) return [cleanText(prediction) + sure];
  if (label === prediction) return [cleanText(label), ...(sure === '' ? [] : [sure.trim()])];
  return [`${cleanText(label)} \u2192`, cleanText(prediction) + sure];
}

/** By loss where all have one; else wrong ones first, the surest first, then right ones, the least sure first. */
function worstFirst(images: readonly GridImage[]): GridImage[] {
  if (images.every(({ loss }) => loss !== undefined)) {
    return [...images].sort((a, b) =>
      Number.isNaN(b.loss) ? 1 : Number.isNaN(a.loss) ? -1 : b.loss! - a.loss!,
    );
  }
  const badness = (image: GridImage) =>
    isWrong(image) ? 1 + (image.confidence ?? 0) : -(image.confidence ?? 0);
  return [...images].sort((a, b) => badness(b) - badness(a));
}
