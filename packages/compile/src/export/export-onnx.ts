import { EspalierError } from '@espalier/core';
import { describe } from '@espalier/core/internal';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Graph } from '../graph/graph.js';
import { toModel } from '../codegen/onnx/model.js';
import type { CompiledStep } from '../compile-step/step-types.js';
import { trace, type InputSpec } from '../trace/trace.js';
import { exportedGraph } from './exported-graph.js';
import { openBatchAxis } from './open-batch-axis.js';

/** Name of the open axis of inputs and outputs. */
const BATCH_AXIS = 'batch';

/** Two batch sizes that no layer has as its own size: what differs between the two graphs is the batch. */
const PROBES = [3, 5] as const;

/**
 * A trained model as an ONNX file (opset 18) for prediction, for any runtime that reads ONNX; or a compiled step, gradients,
 * updates and all, for its batch size.
 *
 * Of a model, inputs and outputs are named as the layers that they belong to; their first axis is symbolic (`batch`). Weights are part of the
 * file. Images stay in NHWC order, as in TensorFlow.js. Of a step, inputs and outputs are named by their paths; an output that
 * would be called as an input is gets `next/` before it.
 *
 * @param subject A built model, with its weights as they are now; or what {@link compileStep} gave.
 * @returns The bytes of the file.
 * @throws EspalierError `unsupported-op` for a layer with no ONNX form, or one whose graph depends on the batch size.
 * @example
 * ```ts
 * const file = exportOnnx(model);
 * console.log(file.length, 'bytes');
 * ```
 */
export function exportOnnx(subject: LayersModel | Pick<CompiledStep, 'toOnnx'>): Uint8Array {
  if (typeof subject !== 'object' || subject === null || !('toOnnx' in subject || 'inputs' in subject))
    throw new EspalierError({
      code: 'invalid-model',
      scope: 'export-onnx',
      message: `exportOnnx takes a LayersModel or a compiled step, got ${describe(subject)}.`,
    });
  return 'toOnnx' in subject ? subject.toOnnx() : exportModel(subject);
}

function exportModel(model: LayersModel): Uint8Array {
  if (!model.inputs?.length || !model.outputs?.length) {
    throw new EspalierError({
      code: 'invalid-model',
      scope: 'export-onnx',
      message: 'the model is not built, so it has no weights yet; give its first layer an `inputShape`.',
    });
  }
  const [first, second] = PROBES.map((batch) => exportedGraph(traceForward(model, batch))) as [Graph, Graph];
  const open = openBatchAxis(first, second);
  const names = new Set([...open.inputs, ...open.outputs].map(({ name }) => name));
  return toModel(open, {
    symbolicAxis: (name, axis) => (axis === 0 && names.has(name) ? BATCH_AXIS : undefined),
  });
}

function traceForward(model: LayersModel, batch: number): Graph {
  const inputNames = layerNames(model.inputs);
  const outputNames = layerNames(model.outputs);
  const specs = model.inputs.map(({ shape, dtype }, i): InputSpec => {
    const open = shape.slice(1).findIndex((extent) => extent === null);
    if (open >= 0) {
      throw new EspalierError({
        code: 'invalid-model',
        scope: 'export-onnx',
        message: `input '${inputNames[i]}' is [${shape.join(', ')}]: only the batch axis may be open; give axis ${open + 1} a size.`,
      });
    }
    return {
      name: inputNames[i]!,
      shape: [batch, ...(shape.slice(1) as number[])],
      dtype: dtype === 'int32' ? 'int32' : 'float32',
    };
  });
  return trace(specs, (tensors) => {
    const given = [...tensors];
    const result = model.apply(given.length === 1 ? given[0]! : given, { training: false });
    const outputs = (Array.isArray(result) ? result : [result]) as Tensor[];
    return Object.fromEntries(outputs.map((tensor, i) => [outputNames[i]!, tensor]));
  });
}

function layerNames(tensors: readonly SymbolicTensor[]): string[] {
  const names = tensors.map(({ sourceLayer }) => sourceLayer.name);
  return names.map((name, i) => (names.indexOf(name) === i ? name : `${name}_${i}`));
}
