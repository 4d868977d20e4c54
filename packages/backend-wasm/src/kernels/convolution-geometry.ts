import { backend_util } from '@tensorflow/tfjs-core';
import { EspalierError } from '@espalier/core';

type Shape4 = [number, number, number, number];

/** The geometry of a 2-d convolution in channels-last layout. */
export type ConvolutionGeometry = backend_util.Conv2DInfo;

/**
 * The geometry that a convolution kernel's attributes describe.
 *
 * @throws EspalierError `unsupported-op` for channels-first data.
 */
export function convolutionGeometry(
  kernelName: string,
  inputShape: number[],
  filterShape: number[],
  attrs: Record<string, unknown>,
  depthwise = false,
): ConvolutionGeometry {
  const format = (attrs['dataFormat'] as 'NHWC' | 'NCHW' | undefined) ?? 'NHWC';
  if (format !== 'NHWC') {
    throw new EspalierError({
      code: 'unsupported-op',
      scope: 'backend-wasm',
      message: `${kernelName} works on channels-last data (NHWC), got ${format}: transpose the data.`,
    });
  }
  return backend_util.computeConv2DInfo(
    inputShape as Shape4,
    filterShape as Shape4,
    attrs['strides'] as [number, number],
    (attrs['dilations'] as [number, number] | undefined) ?? 1,
    attrs['pad'] as number,
    attrs['dimRoundingMode'] as 'floor' | undefined,
    depthwise,
  );
}
