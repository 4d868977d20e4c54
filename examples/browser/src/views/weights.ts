import { element, onChange } from '../element.js';
import type { Network } from '../network.js';
import type { State, Store } from '../state.js';

const SIDE = 28;
const TILES = 8;
const GAP = 2;
const SIZE = TILES * SIDE + (TILES - 1) * GAP;

type Colour = readonly [number, number, number];

/** The weights of the first layer: a tile of 28 x 28 for each unit. */
export function showWeights(store: Store): void {
  const canvas = element<HTMLCanvasElement>('weights');
  canvas.width = canvas.height = SIZE;
  const context = canvas.getContext('2d')!;
  const draw = (network: Network | undefined): void => {
    const image = context.createImageData(SIZE, SIZE);
    const colours = ['--negative', '--neutral', '--positive'].map((name) => colourOf(canvas, name)) as [
      Colour,
      Colour,
      Colour,
    ];
    const kernel = network?.[0]!.kernel ?? new Float32Array(SIDE * SIDE * TILES * TILES);
    // One scale for all, so that units that have died away look like it.
    const strongest = 3 * Math.sqrt(kernel.reduce((sum, weight) => sum + weight * weight, 0) / kernel.length);
    for (let unit = 0; unit < TILES * TILES; unit++) drawUnit(image, kernel, unit, strongest, colours);
    context.putImageData(image, 0, 0);
  };
  store.show(onChange(({ network }: State) => [network] as const, draw));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => draw(store.state.network));
}

function drawUnit(
  image: ImageData,
  kernel: Float32Array,
  unit: number,
  strongest: number,
  [negative, neutral, positive]: [Colour, Colour, Colour],
): void {
  const units = TILES * TILES;
  const left = (unit % TILES) * (SIDE + GAP);
  const top = Math.floor(unit / TILES) * (SIDE + GAP);
  const weights = Float32Array.from({ length: SIDE * SIDE }, (_, pixel) => kernel[pixel * units + unit]!);
  weights.forEach((weight, pixel) => {
    const share = strongest > 0 ? Math.min(1, Math.abs(weight) / strongest) : 0;
    const towards = weight < 0 ? negative : positive;
    const at = 4 * ((top + Math.floor(pixel / SIDE)) * SIZE + left + (pixel % SIDE));
    for (let channel = 0; channel < 3; channel++)
      image.data[at + channel] = neutral[channel]! + share * (towards[channel]! - neutral[channel]!);
    image.data[at + 3] = 255;
  });
}

/** A custom property of the style sheet, written as #rrggbb. */
function colourOf(within: Element, name: string): Colour {
  const hex = getComputedStyle(within).getPropertyValue(name).trim();
  return [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16)) as unknown as Colour;
}
