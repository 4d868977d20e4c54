import { EspalierError } from '@espalier/core';
import { GraphBuilder } from '../../graph/builder.js';
import type { Graph, Value } from '../../graph/graph.js';
import { sameShape } from '../../graph/shapes.js';
import { OnnxBuilder } from './onnx-builder.js';
import { KernelCall } from '../../operations/rule.js';
import { ruleOf } from '../../operations/rules.js';
import { simplifyOperators } from './passes/simplify-operators.js';

/**
 * The simplest graph of ONNX operators for a graph of TensorFlow.js kernels.
 *
 * @throws EspalierError `unsupported-op` naming the kernel and where it came from.
 */
export function onnxGraph(graph: Graph): Graph {
  return simplifyOperators(lower(graph));
}

/** Node by node. */
function lower(graph: Graph): Graph {
  const builder = new GraphBuilder();
  const onnx = new OnnxBuilder(builder);
  const lowered = new Map<Value, Value>();
  const get = (value: Value): Value => lowered.get(value) ?? value;
  builder.inputs.push(...graph.inputs);
  for (const node of graph.nodes) {
    builder.origin = node.origin;
    const call = KernelCall.of({ ...node, inputs: node.inputs.map((value) => value && get(value)) });
    const outputs = lowerCall(call, onnx, node.origin);
    node.outputs.forEach((old, i) => {
      const value = outputs[i] as Value;
      if (!sameShape(value.shape, old.shape) || value.dtype !== old.dtype)
        throw new Error(
          `The lowering of ${node.op} made ${value.dtype} [${value.shape}] where ${old.dtype} [${old.shape}] is due.`,
        );
      lowered.set(old, value);
    });
  }
  return builder.finish(graph.outputs.map(({ name, value }) => ({ name, value: get(value) })));
}

function lowerCall(call: KernelCall, onnx: OnnxBuilder, origin: string): readonly Value[] {
  const at = origin === '' ? '' : ` in ${origin}`;
  const rule = ruleOf(call.kernel);
  try {
    if (!rule) throw new Error('there is no lowering for it');
    const result = rule.lower(call, onnx);
    return Array.isArray(result) ? (result as readonly Value[]) : [result as Value];
  } catch (cause) {
    throw new EspalierError({
      code: 'unsupported-op',
      scope: 'compile',
      message: `Kernel ${call.kernel}${at} cannot be compiled: ${(cause as Error).message}. Run eagerly instead (executor: eager()).`,
      cause,
    });
  }
}
