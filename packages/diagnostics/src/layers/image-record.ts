/** A small picture as numbers: a kernel, a feature map, the weights of a unit, a saliency map. */
export interface ImageRecord {
  /** What it shows, e.g. `conv_1, filter 3`. */
  readonly label: string;
  readonly width: number;
  readonly height: number;
  /** 1, or 3 for what is as many colours; others are one picture for each channel. */
  readonly channels: number;
  /** `[height, width, channels]`, row by row, in the units of what is shown: weights, activations, gradients. */
  readonly values: readonly number[];
}

/** Pictures that belong together, with one scale. */
export interface ImageGrid {
  readonly title: string;
  readonly images: readonly ImageRecord[];
  /** The smallest and the largest finite value of all pictures. */
  readonly range: readonly [number, number];
}

/** A grid with its range. */
export function imageGrid(title: string, images: readonly ImageRecord[]): ImageGrid {
  let [min, max] = [Infinity, -Infinity];
  for (const { values } of images) {
    for (const value of values) {
      if (value < min && value !== -Infinity) min = value;
      if (value > max && value !== Infinity) max = value;
    }
  }
  return { title, images, range: min <= max ? [min, max] : [0, 0] };
}
