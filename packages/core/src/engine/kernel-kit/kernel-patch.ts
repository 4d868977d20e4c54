/** The kernels of a backend as they were before a patch. */
export interface StockKernels<Kernel> {
  /** @throws Error when the backend has no kernel of that name. */
  get(kernelName: string): Kernel;
}

/** One kernel that a backend package replaces or supplies. */
export interface KernelPatch<Kernel> {
  /** The kernel's name in TensorFlow.js' registry. */
  readonly kernelName: string;
  /** What was the matter with the stock kernel, in a few words. */
  readonly reason: string;
  /** Builds the kernel; `stock` answers with what was registered before this patch, earlier ones of the list included. */
  build(stock: StockKernels<Kernel>): Kernel;
}

/** What a backend package has replaced and supplied, by name. */
export interface KernelReport {
  /** Kernels that TensorFlow.js had wrong or slow, or that refused what other backends do. */
  readonly replaced: readonly string[];
  /** Kernels that it did not have. */
  readonly supplied: readonly string[];
  /** Why, by kernel name. */
  readonly reasons: Readonly<Record<string, string>>;
}
