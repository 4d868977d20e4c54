import type { DataId, KernelBackend, Tensor } from '@tensorflow/tfjs-core';
import { engine } from '@tensorflow/tfjs-core';

/** What the engine keeps about a buffer. */
interface DataInfo {
  backend: KernelBackend;
  dtype: string;
  shape: readonly number[];
  bytes: number;
}

interface TapeNode {
  readonly saved: readonly Tensor[];
}

/** The parts of the tfjs engine that tracing needs and its types hide. */
export interface Engine {
  backendName: string;
  backendInstance: KernelBackend | null;
  addTapeNode(
    kernel: string,
    inputs: unknown,
    outputs: Tensor[],
    gradient: unknown,
    saved: Tensor[],
    attributes: unknown,
  ): void;
  readonly state: {
    numTensors: number;
    numDataBuffers: number;
    numBytes: number;
    gradientDepth: number;
    activeTape: (TapeNode & { gradient?: (dys: Tensor[]) => Record<string, () => Tensor> })[] | null;
    tensorInfo: WeakMap<DataId, DataInfo>;
    registeredVariables: Record<string, Tensor>;
  };
  startScope(name?: string): void;
  endScope(result?: unknown): void;
  makeTensorFromTensorInfo(
    info: { dataId: DataId; shape: number[]; dtype: string },
    backend: KernelBackend,
  ): Tensor;
}

/** The tfjs engine of this process. */
export function tfjsEngine(): Engine {
  return engine() as unknown as Engine;
}
