import { heatMap, toPng, toSvg } from '@espalier/visualization';

const chart = heatMap({
  title: 'MMMMMMMM',
  values: [
    [0, 1],
    [1, 0],
  ],
  showValues: false,
});

/** What a picture is, as a test can look at it. */
export interface Drawn {
  readonly signature: readonly number[];
  readonly width: number;
  readonly height: number;
  readonly svgWidth: number;
  readonly svgHeight: number;
  /** Colours `r,g,b` of the picture, the most frequent first. */
  readonly colors: readonly string[];
}

/** Draws the chart as PNG in this page, and reads the file back. */
export async function draw(scale: number): Promise<Drawn> {
  const png = await toPng(chart, { scale });
  const bitmap = await createImageBitmap(new Blob([png as BlobPart], { type: 'image/png' }));
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d')!;
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const counts = new Map<string, number>();
  for (let i = 0; i < data.length; i += 4) {
    const color = `${data[i]},${data[i + 1]},${data[i + 2]}`;
    counts.set(color, (counts.get(color) ?? 0) + 1);
  }
  const svg = new DOMParser().parseFromString(await toSvg(chart), 'image/svg+xml').documentElement;
  return {
    signature: [...png.slice(0, 8)],
    width,
    height,
    svgWidth: Number(svg.getAttribute('width')),
    svgHeight: Number(svg.getAttribute('height')),
    colors: [...counts].sort((a, b) => b[1] - a[1]).map(([color]) => color),
  };
}

Object.assign(globalThis, { draw });
