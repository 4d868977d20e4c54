import { checkOptions, EspalierError, option } from '@espalier/core';
import { kernelLayout } from '@espalier/core/internal';
import { makeChart, type Chart, type ChartOptions } from '../drawing/chart.js';
import { checkChart, withTitle } from '../drawing/check-chart.js';
import { extent, isDrawable } from '../drawing/domain.js';
import { colorBarLayer } from '../maps/heat-map-parts.js';
import { colorAt, palettes, parseHex, type ColorScheme } from '../drawing/palette.js';
import { counted } from '../drawing/text.js';
import { cutMiddle } from '../drawing/text-width.js';
import { theme } from '../drawing/theme.js';
import { gridLayers, gridSize, tileRules, type Tile } from './tile-sheet.js';
import { checkWeights, weightRules, type Weights } from '../maps/weight-charts.js';

/** What {@link kernelGrid} draws. */
export interface KernelGridOptions extends Weights {
  /** Height and width of the pictures whose pixels are the inputs of a dense layer, e.g. `[28, 28]`; the inputs may have channels, which are averaged. Required for shapes `[inputs, units]`. */
  readonly imageShape?: readonly [number, number];
  /** At most this many tiles, the first ones. Default 64. */
  readonly limit?: number;
  /** Tiles in a row. Default: about as many as rows. */
  readonly columns?: number;
}

/**
 * Kernels as pictures: a tile for each unit of a dense layer over an image, or for each filter of a convolution. Blue is
 * below and orange above 0, with one scale for all tiles.
 *
 * A filter over several channels is its mean over them, except that few channels (up to 4) and few filters get a tile
 * for each pair. Of a `depthwise_kernel` every filter of every channel is one; a `transposed_kernel` has its filters before its inputs.
 *
 * @param options - `shape` `[inputs, units]` with `imageShape`, or `[h, w, in, out]`, in the order of TensorFlow.js for its kind of kernel
 * @returns a Vega-Lite specification
 * @throws EspalierError `invalid-option` for wrong options; `invalid-data` for a shape that is no kernel over images
 * @example
 * ```ts
 * import { kernelGrid } from '@espalier/visualization';
 *
 * const values = Float32Array.from({ length: 36 }, (_, i) => Math.sin(i));
 * const chart = kernelGrid({ name: 'conv/kernel', shape: [3, 3, 1, 4], values });
 * console.log(chart.title.text); // conv/kernel
 * ```
 */
export function kernelGrid(options: KernelGridOptions): Chart {
  const scope = 'kernel-grid';
  checkChart(scope, withTitle(options, options?.name), {
    ...weightRules,
    imageShape: option.custom<readonly [number, number], { readonly optional: true }>({
      optional: true,
      expected: '[height, width], e.g. [28, 28]',
      accepts: (value) => Array.isArray(value) && value.length === 2,
    }),
    ...tileRules,
  });
  checkWeights(scope, options);
  const { name, shape, values, imageShape, limit = 64, columns, ...rest } = options;
  const titled = { ...rest, title: rest.title ?? name };
  const layout = kernelLayout(name, kernelShape(shape, imageShape));
  const { height: h, width: w, inputs, filters: outputs } = layout;
  const pairs = inputs > 1 && inputs <= 4 && inputs * outputs <= limit;
  const at = (...place: Parameters<typeof layout.at>) => values[layout.at(...place)]!;
  const count = pairs ? inputs * outputs : outputs;
  const planes = Array.from({ length: Math.min(count, limit) }, (_, tile) => ({
    label: pairs ? `${tile % inputs} \u2192 ${Math.floor(tile / inputs)}` : String(tile),
    at: (row: number, column: number) => {
      if (pairs) return at(row, column, tile % inputs, Math.floor(tile / inputs));
      let sum = 0;
      for (let input = 0; input < inputs; input++) sum += at(row, column, input, tile);
      return sum / inputs;
    },
  }));
  return planeGrid({
    titled,
    planes,
    height: h,
    width: w,
    columns,
    symmetric: true,
    scheme: 'blue-orange',
    valueLabel: 'w',
    remarks: [
      `[${shape.join(', ')}]${!pairs && inputs > 1 ? `, mean over ${inputs} input channels` : ''}`,
      ...(count > limit ? [`the first ${limit} of ${count}`] : []),
    ],
    noun: 'kernel',
  });
}

/** What {@link featureMapGrid} draws. */
export interface FeatureMapGridOptions extends Weights {
  /** At most this many tiles, the first ones. Default 64. */
  readonly limit?: number;
  /** Tiles in a row. Default: about as many as rows. */
  readonly columns?: number;
}

/**
 * What a layer answers to one image: a tile for each channel, all with one scale.
 *
 * @param options - `shape` `[h, w, channels]` or `[1, h, w, channels]`
 * @returns a Vega-Lite specification
 * @throws EspalierError `invalid-option` for wrong options; `invalid-data` for another shape
 * @example
 * ```ts
 * import { featureMapGrid } from '@espalier/visualization';
 *
 * const values = Float32Array.from({ length: 32 }, (_, i) => Math.max(0, Math.sin(i)));
 * const chart = featureMapGrid({ name: 'conv_1', shape: [4, 4, 2], values });
 * console.log(chart.title.text); // conv_1
 * ```
 */
export function featureMapGrid(options: FeatureMapGridOptions): Chart {
  const scope = 'feature-map-grid';
  checkChart(scope, withTitle(options, options?.name), { ...weightRules, ...tileRules });
  checkWeights(scope, options);
  const { name, shape, values, limit = 64, columns, ...rest } = options;
  const titled = { ...rest, title: rest.title ?? name };
  const inner = shape.length === 4 && shape[0] === 1 ? shape.slice(1) : shape;
  if (inner.length !== 3) {
    throw refusal(
      scope,
      `'${name}' must have shape [h, w, channels] of one image, got [${shape.join(', ')}].`,
    );
  }
  const [h, w, channels] = inner as [number, number, number];
  const planes = Array.from({ length: Math.min(channels, limit) }, (_, channel) => ({
    label: String(channel),
    at: (row: number, column: number) => values[(row * w + column) * channels + channel]!,
  }));
  const ends = extent(Array.from(values)) ?? [0, 1];
  return planeGrid({
    titled,
    planes,
    height: h,
    width: w,
    columns,
    symmetric: ends[0] < 0,
    scheme: ends[0] < 0 ? 'blue-orange' : 'viridis',
    valueLabel: '',
    remarks: [`[${shape.join(', ')}]`, ...(channels > limit ? [`the first ${limit} of ${channels}`] : [])],
    noun: 'feature map',
  });
}

interface PlaneGrid {
  readonly titled: ChartOptions;
  readonly planes: readonly { readonly label: string; at(row: number, column: number): number }[];
  readonly height: number;
  readonly width: number;
  readonly columns: number | undefined;
  readonly symmetric: boolean;
  readonly scheme: ColorScheme;
  readonly valueLabel: string;
  readonly remarks: readonly string[];
  readonly noun: string;
}

const missing = parseHex(theme.missing);
const STEPS = 254;

function planeGrid(grid: PlaneGrid): Chart {
  const { titled, planes, height, width, symmetric, scheme } = grid;
  const all = planes.flatMap((plane) =>
    Array.from({ length: height * width }, (_, i) => plane.at(Math.floor(i / width), i % width)),
  );
  const gaps = all.filter((value) => !isDrawable(value)).length;
  const ends = extent(all) ?? [0, 1];
  const largest = Math.max(Math.abs(ends[0]), Math.abs(ends[1])) || 1;
  const [low, high] = symmetric ? [-largest, largest] : ends[0] < ends[1] ? ends : [0, largest];
  const columns = grid.columns ?? Math.min(16, Math.ceil(Math.sqrt(planes.length * 1.6)));
  const tileSize = Math.max(
    24,
    Math.min(72, Math.floor(((titled.width ?? 560) - (columns - 1) * 8) / columns)),
  );
  const size = gridSize(planes.length, width / height, { columns, tileSize, captionLines: 1 });
  const tiles = planes.map(({ label, at }) => ({
    captions: [cutMiddle(label, size.cellWidth + 6, 10)],
    tile: {
      width,
      height,
      at: (row, column) => {
        const value = at(row, column);
        if (!isDrawable(value)) return missing;
        // So few colours that a picture needs one byte for each pixel.
        return colorAt(palettes[scheme], Math.round(((value - low) / (high - low)) * STEPS) / STEPS);
      },
    } satisfies Tile,
  }));
  return makeChart(
    { ...titled, width: size.width, height: size.height },
    [...grid.remarks, ...(gaps > 0 ? [`${counted(gaps, 'value')} not finite, shown grey`] : [])],
    `${counted(planes.length, grid.noun)} of ${height} x ${width} as pictures`,
    {
      layer: [
        ...gridLayers(tiles, size, theme.softInk),
        colorBarLayer(
          { scheme, domain: [low, high] },
          grid.valueLabel,
          Math.max(60, Math.min(160, size.height)),
        ),
      ],
    },
  );
}

function kernelShape(
  shape: readonly number[],
  imageShape: readonly [number, number] | undefined,
): [number, number, number, number] {
  const scope = 'kernel-grid';
  if (shape.length === 4) return shape as unknown as [number, number, number, number];
  if (shape.length !== 2) {
    throw refusal(
      scope,
      `the kernel must have shape [h, w, in, out] or [inputs, units], got [${shape.join(', ')}].`,
    );
  }
  const [inputs, units] = shape as [number, number];
  const check = checkOptions(scope);
  if (imageShape === undefined)
    return check.fail('imageShape', 'given for a dense kernel, e.g. [28, 28]', imageShape);
  const [h, w] = imageShape;
  check.integer('imageShape[0]', h, { min: 1 });
  check.integer('imageShape[1]', w, { min: 1 });
  if (inputs % (h * w) !== 0) {
    throw refusal(scope, `imageShape ${h} x ${w} does not fit the ${inputs} inputs of the kernel.`);
  }
  return [h, w, inputs / (h * w), units];
}

function refusal(scope: string, message: string): EspalierError {
  return new EspalierError({ code: 'invalid-data', scope, message });
}
