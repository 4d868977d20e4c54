import * as tf from '@tensorflow/tfjs-core';
import type { KernelArguments, KernelPatch, NodeKernel } from './kernel-patch.js';

type Paddings = readonly (readonly [before: number, after: number])[];

/** What a kernel with windows does with explicit padding: pads what it reads, cuts what it answers, calls `valid`. */
interface Windowed {
  readonly kernelName: string;
  /** Inputs that are images. */
  readonly padded: readonly string[];
  /** What padded cells hold. Default 0. */
  readonly fill?: number;
  /** The answer is as large as the image: without the padding, please. */
  readonly cut?: boolean;
  /** Averages leave padded cells out. */
  readonly average?: 'answer' | 'gradient';
}

const KERNELS: readonly Windowed[] = [
  ...['Conv2D', 'FusedConv2D', 'DepthwiseConv2dNative', 'FusedDepthwiseConv2D', 'Conv3D'].map(
    (kernelName) => ({
      kernelName,
      padded: ['x'],
    }),
  ),
  ...['Conv2DBackpropFilter', 'DepthwiseConv2dNativeBackpropFilter', 'Conv3DBackpropFilterV2'].map(
    (kernelName) => ({ kernelName, padded: ['x'] }),
  ),
  ...['Conv2DBackpropInput', 'DepthwiseConv2dNativeBackpropInput', 'Conv3DBackpropInputV2'].map(
    (kernelName) => ({ kernelName, padded: [], cut: true }),
  ),
  ...['MaxPool', 'MaxPool3D'].map((kernelName) => ({ kernelName, padded: ['x'], fill: -Infinity })),
  ...['MaxPoolGrad', 'MaxPool3DGrad'].map((kernelName) => ({
    kernelName,
    padded: ['input'],
    fill: -Infinity,
    cut: true,
  })),
  ...['AvgPool', 'AvgPool3D'].map((kernelName) => ({
    kernelName,
    padded: ['x'],
    average: 'answer' as const,
  })),
  ...['AvgPoolGrad', 'AvgPool3DGrad'].map((kernelName) => ({
    kernelName,
    padded: ['input'],
    cut: true,
    average: 'gradient' as const,
  })),
];

/** Cells before and after each axis of an image, or `undefined` where the stock kernel knows what to do. */
function paddingsOf({ attrs }: KernelArguments, rank: number): Paddings | undefined {
  const { pad, dataFormat, dimRoundingMode } = attrs as Record<string, unknown>;
  const channelsFirst = typeof dataFormat === 'string' && dataFormat.startsWith('NC');
  if (typeof pad === 'string' || channelsFirst || (dimRoundingMode ?? 'floor') !== 'floor') return undefined;
  const paddings = Array.isArray(pad)
    ? (pad as Paddings)
    : Array.from({ length: rank }, (_, i) => {
        const cells = i === 0 || i === rank - 1 ? 0 : (pad as number);
        return [cells, cells] as const;
      });
  return paddings.some(([before, after]) => before + after > 0) ? paddings : undefined;
}

const enlarged = (shape: readonly number[], paddings: Paddings): number[] =>
  shape.map((size, i) => size + paddings[i]![0] + paddings[i]![1]);

/** Which part of each window lies in the image. */
function shareInside(
  pool: NodeKernel,
  args: KernelArguments,
  image: tf.Tensor,
  paddings: Paddings,
): tf.Tensor {
  const inside = tf.pad(tf.onesLike(image), paddings as [number, number][]);
  return pool({ ...args, inputs: { x: inside }, attrs: { ...args.attrs, pad: 'valid' } });
}

function withPadding({ kernelName, padded, fill = 0, cut, average }: Windowed): KernelPatch {
  return {
    kernelName,
    reason: 'padding given in cells was refused',
    build(stock) {
      const kernel = stock.get(kernelName);
      const pool = average && stock.get(kernelName.replace('Grad', ''));
      return (args) => {
        const { inputShape } = args.attrs as unknown as { inputShape?: number[] };
        const image = padded[0] === undefined ? undefined : (args.inputs[padded[0]] as tf.Tensor);
        const shape = image?.shape ?? inputShape!;
        const paddings = paddingsOf(args, shape.length);
        if (!paddings) return kernel(args);
        return tf.tidy(() => {
          const inputs = { ...args.inputs };
          for (const name of padded)
            inputs[name] = tf.pad(inputs[name] as tf.Tensor, paddings as [number, number][], fill);
          const share = pool && shareInside(pool, args, image!, paddings);
          if (average === 'gradient') inputs['dy'] = tf.div(inputs['dy'] as tf.Tensor, share!);
          const attrs = { ...args.attrs, pad: 'valid' as const };
          const result = kernel({
            ...args,
            inputs,
            attrs: inputShape ? { ...attrs, inputShape: enlarged(inputShape, paddings) } : attrs,
          });
          if (average === 'answer') return tf.div(result, share!);
          return cut
            ? tf.slice(
                result,
                paddings.map(([before]) => before),
                shape,
              )
            : result;
        });
      };
    },
  };
}

/** Convolutions and pooling, and their gradients, with padding given in cells. */
export const explicitPadding: readonly KernelPatch[] = KERNELS.map(withPadding);
