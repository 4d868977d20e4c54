import type { Graph } from '../../../graph/graph.js';
import { rewrite } from '../../../graph/rewrite.js';
import { byteScale } from './byte-scale.js';
import { channelAffine } from './channel-affine.js';
import { commonSubexpressions } from '../../../passes/common-subexpressions.js';
import { deadCode } from '../../../passes/dead-code.js';
import { reshapes } from './reshapes.js';

/** Says the same in the operators that ONNX Runtime is quickest with on a CPU. */
export function forCpu(graph: Graph): Graph {
  const affine = deadCode(rewrite(graph, channelAffine));
  return deadCode(rewrite(commonSubexpressions(rewrite(affine, byteScale)), reshapes));
}
