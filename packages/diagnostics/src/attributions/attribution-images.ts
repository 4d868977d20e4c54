import type { HostArray } from '@espalier/core';
import { checkOptions, toTensorData } from '@espalier/core';
import type { ImageGrid } from '../layers/image-record.js';
import { imageGrid } from '../layers/image-record.js';

/**
 * Attributions to pictures as pictures: one for each example, the channels added up.
 *
 * @param array `[N, height, width]` or `[N, height, width, channels]`, as `saliency`, `gradCam` and `occlusion` give them.
 * @param title Of the whole.
 * @throws EspalierError `invalid-option` for an array of another rank.
 * @example
 * ```ts
 * const pictures = tf.randomUniform([4, 28, 28, 1]);
 * const { maps } = await gradCam(cnn({ inputs: [28, 28, 1], outputs: 10 }), pictures);
 * console.log(attributionImages(maps, 'Grad-CAM').images.length);
 * ```
 */
export function attributionImages(array: HostArray, title = 'attributions'): ImageGrid {
  const shape = array?.shape ?? [];
  if (shape.length !== 3 && shape.length !== 4)
    checkOptions('attribution-images').fail(
      'array',
      'pictures [N, height, width] or [N, height, width, channels]',
      array,
    );
  const [examples, height, width, channels = 1] = shape as [number, number, number, number?];
  const values = toTensorData(array);
  const area = height * width;
  return imageGrid(
    title,
    Array.from({ length: examples }, (_, n) => ({
      label: `example ${n + 1}`,
      width,
      height,
      channels: 1,
      values: Array.from({ length: area }, (_, place) => {
        let sum = 0;
        for (let c = 0; c < channels; c++) sum += values[(n * area + place) * channels + c]!;
        return sum;
      }),
    })),
  );
}
