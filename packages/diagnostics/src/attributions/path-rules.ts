import type * as tf from '@tensorflow/tfjs-core';
import { EspalierError } from '@espalier/core';
import type { TapedOp, TapeRule } from '@espalier/core/internal';
import { currentScope, withScopes, withTapeRules } from '@espalier/core/internal';

/** Kernels that are linear in what hangs on the inputs; of products and quotients, those of it and a constant. */
const LINEAR = new Set(
  (
    'Add AddN Sub Neg Identity Cast Reshape ExpandDims Transpose Reverse Pad PadV2 MirrorPad Slice StridedSlice Concat SplitV Pack Unpack ' +
    'Tile GatherV2 BroadcastTo Sum Mean AvgPool AvgPool3D FusedBatchNorm ResizeBilinear ResizeNearestNeighbor SpaceToBatchND BatchToSpaceND ' +
    'BatchMatMul Conv2D Conv2DBackpropInput Conv3D DepthwiseConv2dNative Multiply RealDiv fusedMatMul__op fusedConv2d__op fusedDepthwiseConv2d__op'
  ).split(' '),
);

/** Of these only the first operand may hang on the inputs, or only one of the two. */
const PRODUCTS = new Set(
  'BatchMatMul Conv2D Conv2DBackpropInput Conv3D DepthwiseConv2dNative Multiply RealDiv fusedMatMul__op fusedConv2d__op fusedDepthwiseConv2d__op'.split(
    ' ',
  ),
);

/** Kernels that give a number for each number. */
const ELEMENTWISE = new Set(
  'Relu Relu6 LeakyRelu Prelu Elu Selu Sigmoid Tanh Softplus Exp Expm1 Log Log1p Sqrt Rsqrt Square Abs Erf ClipByValue Maximum Minimum Sin Cos Atan'.split(
    ' ',
  ),
);

/** How contributions pass what is not linear. */
interface PathRules {
  readonly elementwise: TapeRule;
  readonly maxPool: TapeRule;
  /** Whether a kernel may be passed by the rules at all; what is in the way where not. */
  readonly passes?: (kernel: string) => boolean;
}

/**
 * Runs `body`, in which gradients are taken of what hangs on `inputs`, with rules in place of the gradients of what is not linear.
 *
 * @throws EspalierError `invalid-model` for an op without a rule, when `body` is done: call inside a tidy.
 */
export function withPathRules<T>(
  scope: string,
  inputs: Readonly<Record<string, tf.Tensor>>,
  { elementwise, maxPool, passes = () => true }: PathRules,
  body: () => T,
): T {
  const hanging = new Set(Object.values(inputs).map(({ id }) => id));
  let refused: string | undefined;
  const rule = (op: TapedOp): TapeRule | undefined => {
    const { kernel, output } = op;
    const own = Object.entries(op.inputs).filter(([, { id }]) => hanging.has(id));
    if (own.length === 0) return undefined;
    hanging.add(output.id);
    // A copy, or the same numbers in another shape.
    if (own.some(([, { dataId }]) => dataId === output.dataId)) return undefined;
    if (LINEAR.has(kernel)) {
      const divides = kernel === 'RealDiv' && own.some(([name]) => name === 'b');
      if (!PRODUCTS.has(kernel) || (own.length === 1 && !divides)) return undefined;
    }
    const isElementwise =
      ELEMENTWISE.has(kernel) && own.length === 1 && String(own[0]![1].shape) === String(output.shape);
    if (isElementwise && passes(kernel)) return elementwise;
    if (kernel === 'MaxPool') return maxPool;
    refused ??= `${kernel}${currentScope() === '' ? '' : ` in ${currentScope()}`}`;
    return undefined;
  };
  const result = withScopes(() => withTapeRules(rule, body));
  // Not before: thrown in the middle of an op, an error would leave what the op saved for its gradient.
  if (refused !== undefined)
    throw new EspalierError({
      code: 'invalid-model',
      scope,
      message:
        `there is no rule for ${refused}. Layers may be linear ones, with activations of one number such as relu and tanh, ` +
        `batch normalisation and pooling; of a softmax at the end, take the logits.`,
    });
  return result;
}

/** The operand of an elementwise op that hangs on the inputs: the one of the output's shape. */
export function operand({ inputs, output }: TapedOp): [string, tf.Tensor] {
  return Object.entries(inputs).find(([, { shape }]) => String(shape) === String(output.shape))!;
}
