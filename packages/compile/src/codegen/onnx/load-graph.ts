import { EspalierError } from '@espalier/core';
import { bytesPerElement, elementCount } from '../../graph/element-type.js';
import type { Graph, Node } from '../../graph/graph.js';
import { nodeName, toModel } from './model.js';
import { forCpu } from './passes/for-cpu.js';
import { webGpuGaps } from './passes/webgpu-gaps.js';
import type { Runtime, RuntimeOptions, RuntimeSession } from './runtime/runtime-types.js';
import { sessionOptions } from './runtime/session-options.js';

/**
 * onnxruntime-node has results written straight into the tensors that it is given, and then copies them all once more for an
 * answer that nobody reads: at two million parameters a third of a step. It stops at the first result that it cannot hand
 * over, which a sequence is; so the answer starts with one.
 */
const stopName = 'espalier/stop';
const stopMessage = 'Non tensor type is temporarily not supported.';

/** Stopping costs about as much as copying this many bytes. */
const worthStopping = 2 ** 18;

/** What {@link loadGraph} may be told. */
export interface LoadOptions {
  /** Outputs that are to stay on the device. */
  readonly onDevice?: readonly string[];
  /** Inputs that may have any extent on their first axis. */
  readonly anyLength?: { has(name: string): boolean };
}

/**
 * Loads a graph of ONNX operators into the runtime.
 *
 * The session's `run` writes outputs to the tensors given for them; its answer holds those for which none was given, and may
 * lack the others.
 *
 * @throws EspalierError `executor-unavailable` when the runtime refuses the graph.
 */
export async function loadGraph(
  given: Graph,
  runtime: Runtime,
  options: RuntimeOptions,
  { onDevice = [], anyLength }: LoadOptions = {},
): Promise<RuntimeSession> {
  const device = options.device ?? 'cpu';
  const graph = device === 'cpu' ? forCpu(given) : given;
  const stops = runtime.name === 'onnxruntime-node' && device === 'cpu' && outputBytes(graph) > worthStopping;
  const onCpu = device === 'webgpu' ? namesOf(webGpuGaps(graph), graph) : [];
  const model = toModel(graph, {
    ...(stops ? { sequenceOutput: stopName } : {}),
    symbolicAxis: (name, axis) => (axis === 0 && anyLength?.has(name) ? `length of ${name}` : undefined),
  });
  const session = await runtime
    .createSession(model, sessionOptions(options, { onDevice, onCpu }))
    .catch((cause: Error) => {
      throw new EspalierError({
        code: 'executor-unavailable',
        scope: 'compile',
        message:
          `${runtime.name} cannot load the compiled step on device "${device}": ${cause.message} ` +
          'Run eagerly instead (executor: eager()), or on device "cpu".',
        cause,
      });
    });
  return stops ? stopping(session) : session;
}

function namesOf(nodes: readonly Node[], { nodes: all }: Graph): string[] {
  return nodes.map((node) => nodeName(node, all.indexOf(node)));
}

function stopping(session: RuntimeSession): RuntimeSession {
  return {
    async run(feeds, fetches) {
      if (Object.values(fetches).includes(null)) return session.run(feeds, fetches);
      try {
        return await session.run(feeds, { [stopName]: null, ...fetches });
      } catch (error) {
        if ((error as Error).message !== stopMessage) throw error;
        return {};
      }
    },
    release: () => session.release(),
    endProfiling: () => session.endProfiling?.(),
  };
}

function outputBytes(graph: Graph): number {
  return graph.outputs.reduce(
    (sum, { value }) => sum + elementCount(value.shape) * bytesPerElement(value.dtype),
    0,
  );
}
