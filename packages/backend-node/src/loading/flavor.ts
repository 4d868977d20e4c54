/** What the packages on libtensorflow differ in. */
export interface Flavor {
  /** Who speaks in errors, e.g. `backend-node`. */
  readonly scope: string;
  /** The npm package that is loaded at runtime. */
  readonly packageName: '@tensorflow/tfjs-node' | '@tensorflow/tfjs-node-gpu';
  /** What to do where the package cannot be had, e.g. another backend to use. */
  readonly otherwise: string;
  /** How to fix a native library that is there and does not load. */
  readonly libraryFix: string;
  /** How to fix that TensorFlow sees no GPU; absent where none is needed. */
  readonly gpuFix?: string;
}
