import type { Value } from '../../../graph/graph.js';
import { Convolution, patchElements } from '../kernels/convolution.js';
import { matrixOf, Product, productScratch } from '../kernels/product.js';
import { Reduction } from '../kernels/reduction.js';
import type { Access } from '../loop.js';
import type { Planner } from '../planner.js';
import { VectorBuilder } from '../vector.js';
import { broadcast, transposed, type View } from '../view.js';
import { output, type Operator } from './operator.js';

/** A view whose last two axes a product can read, copied where it cannot. */
function factor(planner: Planner, view: View): View {
  return matrixOf(view) ? view : planner.copied(view, 'float32');
}

/** Below this many rows or columns a product is a reduction. */
const fewest = 2;

function multiply(planner: Planner, left: View, right: View, to: View): void {
  const [rows, inner] = left.shape.slice(-2) as [number, number];
  const columns = right.shape.at(-1)!;
  const batch = to.shape.slice(0, -2);
  if (rows < fewest || columns < fewest) {
    const vectors = new VectorBuilder();
    const extents = [...batch, rows, columns, inner];
    const lanes = 'f32' as const;
    const a = {
      ...left,
      strides: [...left.strides.slice(0, -2), left.strides.at(-2)!, 0, left.strides.at(-1)!],
      lanes,
    };
    const b = {
      ...right,
      strides: [...right.strides.slice(0, -2), 0, right.strides.at(-1)!, right.strides.at(-2)!],
      lanes,
    };
    planner.add(
      new Reduction({
        extents,
        kept: extents.length - 1,
        reads: [a, b],
        vectors,
        value: vectors.mul(vectors.read(lanes, 0), vectors.read(lanes, 1)),
        combine: 'sum',
        store: { region: to.region, offset: to.offset, strides: [...to.strides, 0], lanes },
      }),
    );
    return;
  }
  planner.add(
    new Product(factor(planner, left), factor(planner, right), to, planner.scratch(productScratch)),
  );
}

const gemm: Operator = (node, planner) => {
  const [a, b] = (node.inputs as [Value, Value]).map((value) => planner.view(value)) as [View, View];
  const left = node.attributes['transA'] === 1 ? transposed(a, [1, 0]) : a;
  const right = node.attributes['transB'] === 1 ? transposed(b, [1, 0]) : b;
  multiply(planner, left, right, planner.result(output(node)));
};

const matMul: Operator = (node, planner) => {
  const [a, b] = (node.inputs as [Value, Value]).map((value) => planner.view(value)) as [View, View];
  const to = planner.result(output(node));
  const batch = to.shape.slice(0, -2);
  const wide = (view: View): View => broadcast(view, [...batch, ...view.shape.slice(-2)]);
  multiply(planner, wide(a), wide(b), to);
};

/** Any product of two tensors summed over some axes, straight from its letters. */
const einsum: Operator = (node, planner) => {
  const [left, right] = (node.attributes['equation'] as string).split('->') as [string, string];
  const terms = left.split(',');
  const views = (node.inputs as readonly Value[]).map((value) => planner.view(value));
  const extentOf = (letter: string): number => {
    const term = terms.findIndex((name) => name.includes(letter));
    return views[term]!.shape[terms[term]!.indexOf(letter)]!;
  };
  const letters = [...right, ...new Set([...terms.join('')].filter((letter) => !right.includes(letter)))];
  const vectors = new VectorBuilder();
  const reads = views.map((view, i): Access => ({
    region: view.region,
    offset: view.offset,
    lanes: 'f32',
    strides: letters.map((letter) =>
      view.strides.reduce((sum, stride, axis) => (terms[i]![axis] === letter ? sum + stride : sum), 0),
    ),
  }));
  const to = planner.result(output(node));
  const strides = letters.map((letter) => (right.includes(letter) ? to.strides[right.indexOf(letter)]! : 0));
  planner.add(
    new Reduction({
      extents: letters.map(extentOf),
      kept: right.length,
      reads,
      vectors,
      value: reads.map((_, i) => vectors.read('f32', i)).reduce((a, b) => vectors.mul(a, b)),
      combine: 'sum',
      store: { region: to.region, offset: 0, strides, lanes: 'f32' },
    }),
  );
};

const convolution: Operator = (node, planner) => {
  const [x, filter, bias] = node.inputs as [Value, Value, Value?];
  const image = planner.view(x);
  const weights = planner.rowMajorView(filter);
  const to = planner.result(output(node));
  const [, perGroup, height, width] = filter.shape as [number, number, number, number];
  const pair = (name: string): [number, number] =>
    (node.attributes[name] as [number, number] | undefined) ?? [1, 1];
  const shape = {
    group: (node.attributes['group'] as number | undefined) ?? 1,
    strides: pair('strides'),
    dilations: pair('dilations'),
  };
  if (bias) throw new Error('its bias is not split off');
  const elements = patchElements(perGroup * height * width, to.shape.slice(2) as [number, number]);
  const patches = planner.region('', [elements], 'float32');
  planner.add(new Convolution(image, weights, to, shape, patches, planner.scratch(productScratch)));
};

/** Operators that sum products. */
export const productOperators: Readonly<Record<string, Operator>> = {
  Conv: convolution,
  Einsum: einsum,
  Gemm: gemm,
  MatMul: matMul,
};
