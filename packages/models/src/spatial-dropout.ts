import * as tf from '@tensorflow/tfjs-core';
import { checkOptions } from '@espalier/core';
import { Dropout, type DropoutOptions } from './dropout.js';

/** Options of {@link SpatialDropout}. */
export type SpatialDropoutOptions = Omit<DropoutOptions, 'noiseShape'>;

/**
 * Dropout of whole channels: for inputs `[N, ..., C]` of any rank >= 2 one draw for each example and channel, as neighbours in an image or a
 * sequence tell the same.
 *
 * @throws EspalierError `invalid-option` for a rate outside [0, 1) or a bad seed.
 * @example
 * ```ts
 * tfl.sequential({
 *   layers: [tfl.layers.conv2d({ filters: 8, kernelSize: 3, inputShape: [28, 28, 1] }), new SpatialDropout({ rate: 0.2 })],
 * });
 * ```
 * Source: Tompson et al. (2015), as `SpatialDropout1D` to `3D` of Keras and `Dropout1d` to `3d` of PyTorch.
 */
export class SpatialDropout extends Dropout {
  static override readonly className: string = 'EspalierSpatialDropout';
  static {
    tf.serialization.registerClass(this);
  }

  constructor(options: SpatialDropoutOptions) {
    if (Object.hasOwn(options ?? {}, 'noiseShape')) {
      checkOptions('spatial-dropout').fail(
        'noiseShape',
        'left out: it is [N, 1, ..., 1, C]',
        (options as DropoutOptions).noiseShape,
      );
    }
    super(options);
  }

  protected override maskShape(shape: readonly number[]): number[] {
    return shape.map((size, i) => (i === 0 || i === shape.length - 1 ? size : 1));
  }
}
