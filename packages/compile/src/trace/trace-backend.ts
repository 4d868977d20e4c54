import type { BackendValues, DataId, DataType } from '@tensorflow/tfjs-core';
import { KernelBackend } from '@tensorflow/tfjs-core';
import type { Recorder } from './recorder.js';

/** The name that tracing kernels are registered under. */
export const traceBackendName = 'espalier-trace';

/** A tfjs backend that computes nothing: its buffers stand for values of the graph being recorded. */
export class TraceBackend extends KernelBackend {
  readonly #references = new Map<DataId, number>();

  constructor(readonly recorder: Recorder) {
    super();
  }

  /** A buffer for a value of the graph. */
  allocate(): DataId {
    const dataId = {};
    this.#references.set(dataId, 1);
    return dataId;
  }

  /** Buffers that somebody still holds, with how many tensors hold each. */
  held(): ReadonlyMap<DataId, number> {
    return this.#references;
  }

  override write(values: BackendValues, shape: number[], dtype: DataType): DataId {
    const dataId = this.allocate();
    this.recorder.recordConstant(dataId, values, shape, dtype);
    return dataId;
  }

  override readSync(dataId: DataId): BackendValues {
    return this.recorder.read(dataId);
  }

  override read(dataId: DataId): Promise<BackendValues> {
    return Promise.resolve(this.recorder.read(dataId));
  }

  override disposeData(dataId: DataId, force = false): boolean {
    const left = (this.#references.get(dataId) ?? 0) - 1;
    if (left > 0 && !force) {
      this.#references.set(dataId, left);
      return false;
    }
    this.#references.delete(dataId);
    return true;
  }

  override refCount(dataId: DataId): number {
    return this.#references.get(dataId) ?? 0;
  }

  override incRef(dataId: DataId): void {
    const count = this.#references.get(dataId);
    if (count !== undefined) this.#references.set(dataId, count + 1);
  }

  override numDataIds(): number {
    return this.#references.size;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override timerAvailable(): boolean {
    return false;
  }

  override dispose(): void {
    this.#references.clear();
  }
}
