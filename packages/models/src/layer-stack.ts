import * as tfl from '@tensorflow/tfjs-layers';
import { needBackend, prepareTfjs } from '@espalier/core/internal';
import { activationLayer, inlineActivation, type ResolvedActivation } from './activation.js';
import { widthOf } from './activations.js';
import { BatchNormalization } from './batch-normalization.js';
import { Dropout } from './dropout.js';
import type { InitializerOption } from './initializer-option.js';
import { type Initializer, listInitializer, seededInitializer } from './initializers.js';
import type { NormalizationPlace, ResolvedStackOptions } from './stack-options.js';

/** What a block gives to the layer that it makes. */
interface LayerOptions {
  readonly name: string;
  readonly kernelInitializer: Initializer;
  readonly biasInitializer: Initializer;
  readonly activation: NonNullable<ReturnType<typeof inlineActivation>>;
  readonly useBias: boolean;
}

/** The layers around a dense or convolution layer. */
interface Block {
  /** Name of the layer itself. */
  readonly name: string;
  /** Numbers its `batch_norm_<number>`, `layer_norm_<number>` and `activation_<number>`. */
  readonly number: number;
  /** Inputs of each of its units: of what a bias is initialised by. */
  readonly fanIn: number;
  /** Units or filters that come out of the activation. */
  readonly units: number;
  readonly activation: ResolvedActivation;
  /** Default: as the stack's options say. */
  readonly normalized?: boolean;
}

/** A stack of layers with stable names `<kind>_<i>`, numbered from 1, with skip connections where asked for. */
export class LayerStack {
  readonly #layers: tfl.layers.Layer[] = [];
  readonly #skips: {
    readonly from: number;
    readonly to: number;
    readonly add: tfl.layers.Layer;
    readonly project?: tfl.layers.Layer;
  }[] = [];
  readonly #options: ResolvedStackOptions;

  /**
   * Makes TensorFlow.js fit for the layers that will come.
   *
   * @throws EspalierError `backend-unavailable` where it has no backend.
   */
  constructor(options: ResolvedStackOptions) {
    needBackend('models');
    prepareTfjs();
    this.#options = options;
  }

  /** How many layers there are: a place that a skip connection can start from. */
  get length(): number {
    return this.#layers.length;
  }

  add(layer: tfl.layers.Layer): void {
    this.#layers.push(layer);
  }

  /** Adds what lay at place `from` to what comes out now, through `project` where sizes differ. */
  addSkip(from: number, name: string, project?: (weights: LayerOptions) => tfl.layers.Layer): void {
    const layer = project?.({
      ...this.#weights(`${name}_projection`, 0),
      activation: 'linear',
      useBias: false,
    });
    const add = tfl.layers.add({ name });
    this.#skips.push({ from, to: this.#layers.length, add, ...(layer && { project: layer }) });
  }

  /** The layer that `make` makes, with its normalisation and activation, in the order asked for. */
  addBlock(
    { name, number, fanIn, units, activation, normalized = true }: Block,
    make: (options: LayerOptions, units: number) => tfl.layers.Layer,
  ): void {
    const { bias, seed } = this.#options;
    const norms = normalized ? this.#normalizations(number) : [];
    const before = norms.filter(({ place }) => place === 'before-activation');
    const inline = before.length > 0 ? undefined : inlineActivation(activation);
    const width = typeof activation === 'function' ? 1 : widthOf(activation.name);
    // A normalisation right after takes any bias away again, and has its own shift.
    const options = { activation: inline ?? 'linear', useBias: bias && before.length === 0 } as const;
    this.add(make({ ...this.#weights(name, fanIn), ...options }, units * width));
    for (const { layer } of before) this.add(layer);
    if (inline === undefined) this.add(activationLayer(activation, `activation_${number}`, seed));
    for (const { place, layer } of norms) if (place === 'after-activation') this.add(layer);
  }

  #normalizations(number: number): { place: NormalizationPlace; layer: tfl.layers.Layer }[] {
    const options = this.#options;
    const { batchNormalizationMomentum: momentum, normalizationEpsilon: epsilon } = options;
    const chosen = epsilon === undefined ? {} : { epsilon };
    return [
      ...(options.batchNormalization
        ? [
            {
              place: options.batchNormalization,
              layer: new BatchNormalization({ name: `batch_norm_${number}`, momentum, ...chosen }),
            },
          ]
        : []),
      ...(options.layerNormalization
        ? [
            {
              place: options.layerNormalization,
              layer: tfl.layers.layerNormalization({ name: `layer_norm_${number}`, ...chosen }),
            },
          ]
        : []),
    ];
  }

  /** `dropout_<i>`, unless the rate is 0; of whole channels with a noise shape. */
  addDropout(
    rate: number,
    name: string,
    options: { noiseShape?: (number | null)[]; inputShape?: number[] } = {},
  ): void {
    if (rate > 0) this.add(new Dropout({ rate, seed: this.#options.seed, name, ...options }));
  }

  /** The linear layer `output`: logits, or values of a regression. */
  addOutput(units: number, fanIn: number, shape: { readonly inputShape?: number[] } = {}): void {
    const weights = this.#weights('output', fanIn);
    const { outputBias, bias } = this.#options;
    this.add(
      tfl.layers.dense({
        units,
        ...weights,
        // A bias that is given is one, whatever the hidden layers have.
        useBias: bias || outputBias !== undefined,
        ...(outputBias && { biasInitializer: listInitializer(outputBias) }),
        ...shape,
      }),
    );
  }

  model(name: string | undefined): tfl.LayersModel {
    const named = name === undefined ? {} : { name };
    if (this.#skips.length === 0) return tfl.sequential({ layers: this.#layers, ...named });
    return this.#withSkips(named);
  }

  #withSkips(named: { name?: string }): tfl.LayersModel {
    const shape = this.#layers[0]!.batchInputShape.slice(1);
    const inputs = tfl.input({ shape, name: 'inputs' });
    const places = [inputs];
    this.#layers.forEach((layer, i) => {
      let value = layer.apply(places[i]!) as tfl.SymbolicTensor;
      for (const { from, add, project } of this.#skips.filter(({ to }) => to === i + 1)) {
        const start = places[from]!;
        value = add.apply([
          (project?.apply(start) ?? start) as tfl.SymbolicTensor,
          value,
        ]) as tfl.SymbolicTensor;
      }
      places.push(value);
    });
    return tfl.model({ inputs, outputs: places.at(-1)!, ...named });
  }

  #weights(
    name: string,
    fanIn: number,
  ): { name: string; kernelInitializer: Initializer; biasInitializer: Initializer } {
    const { initializer, biasInitializer, seed } = this.#options;
    return {
      name,
      kernelInitializer: seededInitializer(initializer, { seed, name: `${name}/kernel` }),
      biasInitializer: seededInitializer(ofFan(biasInitializer, fanIn), { seed, name: `${name}/bias` }),
    };
  }
}

/** PyTorch draws biases by the inputs of their kernel, which a bias' own shape does not tell. */
function ofFan(initializer: InitializerOption, fanIn: number): InitializerOption {
  const given = typeof initializer === 'string' ? { name: initializer } : initializer;
  return given.name === 'torchUniform' ? ({ fanIn, ...given } as InitializerOption) : initializer;
}
