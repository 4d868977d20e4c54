import * as tf from '@tensorflow/tfjs-core';

/**
 * The parts of TensorFlow.js that its types hide or that it does not mean for others, and that core touches: all of them
 * are here.
 */

/** An op on the tape of a gradient. */
export interface TapeNode {
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly outputs: readonly tf.Tensor[];
  readonly saved?: readonly tf.Tensor[];
  gradient?: (dys: tf.Tensor[]) => Record<string, () => tf.Tensor>;
}

/** The two methods of the engine that every op goes through. */
export interface OpMethods {
  runKernel(kernel: string, inputs: unknown, attributes: unknown): unknown;
  addTapeNode(
    kernel: string,
    inputs: unknown,
    outputs: unknown,
    gradient: unknown,
    saved: unknown,
    attributes: Readonly<Record<string, unknown>> | undefined,
  ): void;
}

interface Engine extends OpMethods {
  readonly state: { readonly activeTape: TapeNode[] | null; readonly gradientDepth: number };
}

/** The ops of the gradient that is being taken now, if any. */
export function activeTape(): readonly TapeNode[] {
  return (tf.engine() as unknown as Engine).state.activeTape ?? [];
}

/**
 * Whether a gradient is being taken of what runs now. Inside the `gradFunc` of a `tf.customGrad`: whether somebody takes the gradient
 * of a gradient, so that what the forward pass saved may not stand for its inputs.
 */
export function isDifferentiated(): boolean {
  return (tf.engine() as unknown as Engine).state.gradientDepth > 0;
}

/** After an error TensorFlow.js keeps the tape with what it saved, beyond any `tidy`: disposes that. */
export function releaseTape(): void {
  for (const { saved } of activeTape()) tf.dispose((saved ?? []) as tf.Tensor[]);
}

/** Where the engine looks for what watches its ops now. */
export interface OpSlot {
  watch: OpMethods | undefined;
  /** The engine's own methods. */
  readonly stock: OpMethods;
}

const slotKey = Symbol.for('espalier.engine.op-slot');

/**
 * Has the engine ask before each op whether it is watched. Never undone: an engine whose methods come and go is slow for
 * good, since its calls can no longer be compiled into their callers.
 */
export function opSlot(): OpSlot {
  const engine = tf.engine() as unknown as Engine & { [slotKey]?: OpSlot };
  const known = engine[slotKey];
  if (known) return known;
  const { runKernel, addTapeNode } = Object.getPrototypeOf(engine) as Engine;
  const stock: OpMethods = {
    runKernel: runKernel.bind(engine),
    addTapeNode(...node) {
      addTapeNode.apply(engine, node);
      if (engine.state.gradientDepth > 1) joinSavedOutputs(engine.state.activeTape!);
    },
  };
  const slot: OpSlot = { watch: undefined, stock };
  Object.defineProperty(engine, slotKey, { value: slot });
  engine.runKernel = (...call) => (slot.watch ?? stock).runKernel(...call);
  engine.addTapeNode = (...node) => (slot.watch ?? stock).addTapeNode(...node);
  return slot;
}

/**
 * An op that saves what it gave for its gradient (`exp`, `sigmoid`, `softmax`, ...) puts the copy on the tape before itself, where
 * nothing is known of its input yet: the gradient of a gradient would take it for a constant. Puts the copies behind the op.
 */
function joinSavedOutputs(tape: TapeNode[]): void {
  const op = tape.length - 1;
  const made = new Set(tape[op]!.outputs.map(({ id }) => id));
  let first = op;
  while (first > 0 && Object.values(tape[first - 1]!.inputs).some(({ id }) => made.has(id))) first--;
  if (first < op) tape.push(...tape.splice(first, op - first));
}

/** Registers a gradient in the place of another. */
export function replaceGradient(config: tf.GradConfig): void {
  if (tf.getGradient(config.kernelName)) tf.unregisterGradient(config.kernelName);
  tf.registerGradient(config);
}

/** Registers a kernel in the place of another, with the other's way of setting up. */
export function replaceKernel(kernelName: string, backendName: string, kernelFunc: tf.KernelFunc): void {
  const stock = tf.getKernel(kernelName, backendName);
  if (stock) tf.unregisterKernel(kernelName, backendName);
  // What wraps the stock kernel needs its set-up when the backend is made again.
  tf.registerKernel({ ...stock, kernelName, backendName, kernelFunc });
}

/** Whether a backend of that name runs; `tf.findBackend` would start one that is only registered. */
export function backendRuns(name: string): boolean {
  return name in tf.engine().registry;
}

/** The backends that are registered, whether they run or not. */
export function registeredBackends(): string[] {
  return Object.keys(tf.engine().registryFactory);
}

/** The methods that tensors have from other packages of TensorFlow.js. */
export function tensorMethods(): Record<string, unknown> {
  return tf.Tensor.prototype as unknown as Record<string, unknown>;
}
