import type { Case } from './cases.js';

/** What of an array of jax-js is used. Operations use their operands up, unless they are given as `ref`. */
interface JaxArray {
  readonly ref: JaxArray;
  readonly shape: readonly number[];
  add(other: JaxArray | number): JaxArray;
  sub(other: JaxArray): JaxArray;
  mul(other: JaxArray | number): JaxArray;
  div(other: JaxArray | number): JaxArray;
  neg(): JaxArray;
  sum(): JaxArray;
  greaterEqual(other: number): JaxArray;
  dispose(): void;
  js(): number;
}
type Layer = Record<'w' | 'b', JaxArray>;
type Layers = Layer[];
type Objective = (parameters: Layers, x: JaxArray, y: JaxArray, key: JaxArray) => JaxArray;
/** Parameters, then what the optimizer keeps of them. */
type State = Layers[];
type Step = (state: State, scale: JaxArray, x: JaxArray, y: JaxArray, key: JaxArray) => [State, JaxArray];

/** What of `@jax-js/jax` is used. */
export interface JaxJs {
  init(device: 'wasm'): Promise<unknown>;
  defaultDevice(device: 'wasm'): unknown;
  jit(step: Step): Step;
  valueAndGrad(objective: Objective): (...inputs: Parameters<Objective>) => [JaxArray, Layers];
  readonly tree: { ref(layers: Layers): Layers };
  readonly nn: {
    relu(x: JaxArray): JaxArray;
    logSoftmax(x: JaxArray): JaxArray;
    oneHot(x: JaxArray, classes: number): JaxArray;
  };
  readonly random: {
    key(seed: number): JaxArray;
    split(key: JaxArray, count: number): JaxArray;
    uniform(key: JaxArray, shape: readonly number[]): JaxArray;
  };
  readonly numpy: {
    readonly int32: unknown;
    array(data: Float32Array | Int32Array | number, options?: object): JaxArray;
    zeros(shape: readonly number[]): JaxArray;
    matmul(a: JaxArray, b: JaxArray): JaxArray;
    sqrt(x: JaxArray): JaxArray;
    split(x: JaxArray, count: number): JaxArray[];
    reshape(x: JaxArray, shape: readonly number[]): JaxArray;
  };
}

/** Batches by number: rows of features, already made floats, and targets. */
export type BatchOf = (step: number) => { x: Float32Array; y: Float32Array | Int32Array };

/** Training steps of an mlp in jax-js, jitted as a whole; the loss is read back, no accuracy. */
export async function jaxJsSteps(
  jax: JaxJs,
  { sizes, inputs = 784, regression, dropout = 0, optimizer = 'adam', batch }: Case,
  batchOf: BatchOf,
): Promise<(steps: number) => Promise<void>> {
  const { numpy: np, nn, random } = jax;
  await jax.init('wasm');
  jax.defaultDevice('wasm');
  const widths = [inputs, ...sizes, regression ? 1 : 10];
  const layers = (weights: (rows: number, columns: number) => JaxArray): Layers =>
    widths.slice(1).map((columns, i) => ({ w: weights(widths[i]!, columns), b: np.zeros([columns]) }));
  const drawn = (rows: number, columns: number): JaxArray =>
    // Any numbers of the right size: speed does not depend on them.
    np.array(
      Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i * 12.9898) * Math.sqrt(4 / rows)),
      { shape: [rows, columns] },
    );
  const zeros = (): Layers => layers((rows, columns) => np.zeros([rows, columns]));

  const objective: Objective = (parameters, x, y, key) => {
    let h = x;
    const hidden = parameters.length - 1;
    const keys = dropout ? np.split(random.split(key, hidden), hidden) : [];
    parameters.forEach(({ w, b }, i) => {
      h = np.matmul(h, w).add(b);
      if (i === hidden) return;
      h = nn.relu(h);
      if (dropout)
        h = h.mul(
          random
            .uniform(np.reshape(keys[i]!, [2]), h.shape)
            .greaterEqual(dropout)
            .mul(1 / (1 - dropout)),
        );
    });
    if (!dropout) key.dispose();
    if (regression) {
      const off = h.sub(y);
      return off.ref.mul(off).sum().div(batch);
    }
    return nn.logSoftmax(h).mul(nn.oneHot(y, 10)).sum().neg().div(batch);
  };
  const sgd = (p: JaxArray, g: JaxArray, [v]: JaxArray[]): JaxArray[] => {
    const velocity = v!.mul(0.9).add(g).add(p.ref.mul(1e-4));
    return [p.sub(velocity.ref.mul(0.001)), velocity];
  };
  const adam = (p: JaxArray, g: JaxArray, [m, v]: JaxArray[], scale: JaxArray): JaxArray[] => {
    const mean = m!.mul(0.9).add(g.ref.mul(0.1));
    const square = v!.mul(0.999).add(g.ref.mul(g).mul(0.001));
    const change = scale.ref.mul(mean.ref).div(np.sqrt(square.ref).add(1e-8));
    return [p.sub(change), mean, square];
  };
  const update = optimizer === 'sgd' ? sgd : adam;
  const step = jax.jit((state, scale, x, y, key) => {
    const [loss, gradients] = jax.valueAndGrad(objective)(jax.tree.ref(state[0]!), x, y, key);
    const next: State = state.map(() => []);
    state[0]!.forEach((layer, i) => {
      const updated = (name: 'w' | 'b'): JaxArray[] =>
        update(
          layer[name],
          gradients[i]![name],
          state.slice(1).map((slot) => slot[i]![name]),
          scale,
        );
      const [w, b] = [updated('w'), updated('b')];
      next.forEach((slot, at) => slot.push({ w: w[at]!, b: b[at]! }));
    });
    scale.dispose();
    return [next, loss];
  });

  let state: State = [layers(drawn), ...Array.from({ length: optimizer === 'sgd' ? 1 : 2 }, zeros)];
  let done = 0;
  return async (steps) => {
    for (let i = 0; i < steps; i++) {
      const { x, y } = batchOf(i);
      const rate = (0.001 * Math.sqrt(1 - 0.999 ** ++done)) / (1 - 0.9 ** done);
      const targets = regression ? { shape: [batch, 1] } : { dtype: np.int32 };
      const [next, loss] = step(
        state,
        np.array(rate),
        np.array(x, { shape: [batch, inputs] }),
        np.array(y, targets),
        random.key(done),
      );
      state = next;
      if (!Number.isFinite(loss.js())) throw new Error(`the loss of step ${done} is not finite`);
    }
  };
}
