import type { ConvolutionGeometry } from './convolution-geometry.js';

/** Values of one image's patch matrix `[outHeight * outWidth, filterHeight * filterWidth * inChannels]`. */
export function patchSize(geometry: ConvolutionGeometry): number {
  return (
    geometry.outHeight *
    geometry.outWidth *
    geometry.filterHeight *
    geometry.filterWidth *
    geometry.inChannels
  );
}

/**
 * Writes the patches of one image as rows, zeros where a patch hangs over the edge.
 *
 * @param heap the memory, in floats.
 * @param image index of the image's first value `[inHeight, inWidth, inChannels]`.
 * @param target index of the first value of the patch matrix.
 */
export function gatherPatches(
  heap: Float32Array,
  image: number,
  target: number,
  geometry: ConvolutionGeometry,
): void {
  eachFilterRow(geometry, (source, position, before, inside, after) => {
    let to = target + position;
    const start = image + source;
    if (inside > 0 && before === 0 && after === 0 && inside >= 32) {
      heap.copyWithin(to, start, start + inside);
      return;
    }
    for (let i = 0; i < before; i++) heap[to++] = 0;
    for (let i = 0; i < inside; i++) heap[to++] = heap[start + i]!;
    for (let i = 0; i < after; i++) heap[to++] = 0;
  });
}

/** The transpose of {@link gatherPatches}: adds every patch value to the pixel it came from. */
export function scatterPatches(
  heap: Float32Array,
  patches: number,
  image: number,
  geometry: ConvolutionGeometry,
): void {
  eachFilterRow(geometry, (target, position, before, inside) => {
    const from = patches + position + before;
    const to = image + target;
    for (let i = 0; i < inside; i++) heap[to + i] = heap[to + i]! + heap[from + i]!;
  });
}

/**
 * Visits every row of every patch: where it lies in the image, where in the patch matrix, and how many of its values
 * lie before, inside and after the image's row.
 */
function eachFilterRow(
  geometry: ConvolutionGeometry,
  visit: (image: number, position: number, before: number, inside: number, after: number) => void,
): void {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, filterHeight, filterWidth } = geometry;
  const { strideHeight, strideWidth, padInfo } = geometry;
  const rowLength = filterWidth * inChannels;
  let position = 0;
  for (let oy = 0; oy < outHeight; oy++) {
    for (let ox = 0; ox < outWidth; ox++) {
      const left = ox * strideWidth - padInfo.left;
      const first = Math.min(Math.max(left, 0), inWidth);
      const end = Math.max(Math.min(left + filterWidth, inWidth), first);
      const before = Math.min(first - left, filterWidth) * inChannels;
      for (let fy = 0; fy < filterHeight; fy++, position += rowLength) {
        const y = oy * strideHeight - padInfo.top + fy;
        if (y < 0 || y >= inHeight) {
          visit(0, position, rowLength, 0, 0);
          continue;
        }
        const inside = (end - first) * inChannels;
        visit((y * inWidth + first) * inChannels, position, before, inside, rowLength - before - inside);
      }
    }
  }
}
