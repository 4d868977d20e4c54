import type { Form } from './form.js';

/** A product and the addition of its bias, which goes into the loop that follows. */
export const splitBias: Form = ({ inputs, attributes }, onnx) => {
  const [a, b, bias] = inputs;
  if (!bias) return undefined;
  return [
    onnx.binary('Add', onnx.gemm(a!, b!, attributes['transA'] === 1, attributes['transB'] === 1), bias),
  ];
};

/** Sums of at most this many products are computed where they are used. */
const mostTerms = 4;

/**
 * A product with a short inner axis as a sum of outer products: element by element, so that what follows (an optimizer's update,
 * say) is computed in the same loop, and the product itself is never written.
 */
export const smallProduct: Form = ({ inputs, attributes }, onnx) => {
  const [a, b, bias] = inputs as [(typeof inputs)[0] & object, (typeof inputs)[0] & object, undefined];
  if (bias) return undefined;
  const left = attributes['transA'] === 1 ? onnx.transpose(a, [1, 0]) : a;
  const right = attributes['transB'] === 1 ? onnx.transpose(b, [1, 0]) : b;
  const [rows, terms] = left.shape as [number, number];
  const columns = right.shape[1]!;
  if (terms === 0 || terms > mostTerms) return undefined;
  let sum;
  for (let k = 0; k < terms; k++) {
    const term = onnx.binary(
      'Mul',
      onnx.slice(left, [0, k], [rows, 1]),
      onnx.slice(right, [k, 0], [1, columns]),
    );
    sum = sum ? onnx.binary('Add', sum, term) : term;
  }
  return [sum!];
};
