/** Whether something can start on this machine, and if not, why and how to fix it. */
export type Availability =
  { readonly available: true } | { readonly available: false; readonly reason: string; readonly fix: string };

/** A TensorFlow.js backend that can be made the active one at runtime. */
export interface Backend {
  /** The name TensorFlow.js knows it by, e.g. `wasm`. */
  readonly name: string;
  /** Whether it can start here; never throws and changes nothing. */
  isAvailable(): Promise<Availability>;
  /**
   * Makes it the active backend.
   *
   * @throws EspalierError `backend-unavailable` with the reason and the fix.
   */
  activate(): Promise<void>;
}
