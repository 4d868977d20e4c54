import { expect } from 'vitest';
import { GraphBuilder } from '../src/graph/builder.js';
import type { TensorArray } from '../src/graph/element-type.js';
import { allocate, elementCount } from '../src/graph/element-type.js';
import type { Graph, Value } from '../src/graph/graph.js';
import { rewrite } from '../src/graph/rewrite.js';
import type { RewriteRule } from '../src/graph/rewrite.js';
import { OnnxBuilder } from '../src/codegen/onnx/onnx-builder.js';
import { deadCode } from '../src/passes/dead-code.js';
import { loadGraph } from '../src/codegen/onnx/load-graph.js';
import { loadRuntime } from '../src/codegen/onnx/runtime/runtime.js';

/** Builds a graph of ONNX operators: `body` takes a way to make float32 inputs, and gives the outputs by name. */
export function graphOf(
  body: (onnx: OnnxBuilder, input: (name: string, ...shape: number[]) => Value) => Record<string, Value>,
): Graph {
  const builder = new GraphBuilder();
  const outputs = body(new OnnxBuilder(builder), (name, ...shape) =>
    builder.input(name, { shape, dtype: 'float32' }),
  );
  return builder.finish(Object.entries(outputs).map(([name, value]) => ({ name, value })));
}

/** The operators of a graph in order. */
export function ops(graph: Graph): string[] {
  return graph.nodes.map(({ op }) => op);
}

/** A rule applied once over a graph, without what it left unused. */
export function applied(graph: Graph, rule: RewriteRule): Graph {
  return deadCode(rewrite(graph, rule));
}

/** Runs a graph on numbers of mixed sign, the same for each input name and shape; `given` replaces some of them. */
export async function runGraph(
  graph: Graph,
  given: Record<string, TensorArray> = {},
): Promise<Record<string, TensorArray>> {
  const runtime = await loadRuntime();
  const session = await loadGraph(graph, runtime, {});
  const feeds = Object.fromEntries(
    graph.inputs.map(({ name, value }) => {
      const numbers = Float32Array.from(
        { length: elementCount(value.shape) },
        (_, i) => Math.sin(3 * i + name.length) * 2,
      );
      return [name, new runtime.Tensor(value.dtype, given[name] ?? numbers, value.shape)];
    }),
  );
  const fetches = Object.fromEntries(
    graph.outputs.map(({ name, value }) => [
      name,
      new runtime.Tensor(value.dtype, allocate(value.dtype, elementCount(value.shape)), value.shape),
    ]),
  );
  await session.run(feeds, fetches);
  await session.release();
  return Object.fromEntries(Object.entries(fetches).map(([name, { data }]) => [name, data]));
}

/** Checks that two graphs give the same bits. */
export async function expectSameBits(
  graph: Graph,
  other: Graph,
  given?: Record<string, TensorArray>,
): Promise<void> {
  expect(await runGraph(other, given)).toEqual(await runGraph(graph, given));
}
