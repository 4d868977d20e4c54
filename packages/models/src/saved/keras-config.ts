import * as tf from '@tensorflow/tfjs-core';
import { refuse } from './refuse.js';

type Config = Record<string, unknown>;

const SCOPE = 'load-model';

/** Whatever value. */
const ANY: readonly unknown[] = [];

/** Keys of Keras 3 that TensorFlow.js does not have, and the values at which they mean nothing. */
const WITHOUT_MEANING: Readonly<Record<string, readonly unknown[]>> = {
  groups: [1],
  renorm: [false],
  renorm_clipping: [null],
  renorm_momentum: ANY,
  synchronized: ANY,
  sparse: [false],
  ragged: [false],
  optional: [false],
  quantization_config: [null],
  lora_rank: [null],
  lora_alpha: [null],
  zero_output_for_mask: [false],
  use_cudnn: ANY,
  input_axes: ANY,
  output_axes: ANY,
  build_input_shape: ANY,
};

/** Layers that TensorFlow.js lacks and this package has: their class here, and the settings that both have. */
const OURS: Readonly<Record<string, { readonly as: string; readonly settings: readonly string[] }>> = {
  GroupNormalization: {
    as: 'EspalierGroupNormalization',
    settings: ['groups', 'epsilon', 'center', 'scale'],
  },
  RMSNormalization: { as: 'EspalierRmsNormalization', settings: ['epsilon'] },
  UnitNormalization: { as: 'EspalierUnitNormalization', settings: [] },
};

/** Activations that go by another name. */
const ACTIVATIONS: Readonly<Record<string, string>> = { silu: 'swish' };

/**
 * A model's configuration in the layout that TensorFlow.js reads, out of Keras 3's: `batch_shape` of inputs, dtype policies,
 * `module` and `registered_name` of objects, and inbound nodes as lists of arguments. That of Keras 2 stays as it is.
 *
 * @param topology `{ class_name, config }`.
 * @throws EspalierError `invalid-data` that names the layer that has no counterpart, or the setting.
 */
export function translateKeras(topology: Config): Config {
  const config = { ...(topology['config'] as Config) };
  if (!Array.isArray(config['layers'])) refuse(SCOPE, 'the configuration has no layers.');
  config['layers'] = (config['layers'] as Config[]).map(translateLayer);
  delete config['dtype'];
  delete config['trainable'];
  delete config['build_input_shape'];
  for (const ends of ['input_layers', 'output_layers']) {
    const list = config[ends];
    if (Array.isArray(list) && typeof list[0] === 'string') config[ends] = [list];
  }
  return { class_name: topology['class_name'], config };
}

function translateLayer(layer: Config): Config {
  const kind = String(layer['class_name']);
  const own = (layer['config'] ?? {}) as Config;
  const name = String(layer['name'] ?? own['name']);
  const nodes = layer['inbound_nodes'];
  const around = {
    name,
    ...(Array.isArray(nodes) ? { inbound_nodes: nodes.map((node) => translateNode(name, node)) } : {}),
  };
  if (Array.isArray(own['layers'])) return { ...translateKeras(layer), ...around };
  if (Object.hasOwn(OURS, kind)) return { ...ownLayer(name, kind, own), ...around };
  checkKnown(name, kind);
  // Ours mean what they say.
  if (kind.startsWith('Espalier')) return layer;
  const config: Config = {};
  for (const [key, value] of Object.entries(own)) {
    if (Object.hasOwn(WITHOUT_MEANING, key)) {
      const allowed = WITHOUT_MEANING[key]!;
      if (allowed.length > 0 && !allowed.includes(value))
        refuse(
          SCOPE,
          `layer '${name}' (${kind}) has ${key}: ${JSON.stringify(value)}, which TensorFlow.js lacks.`,
        );
    } else if (key === 'batch_shape') config['batch_input_shape'] = value;
    else if (key === 'dtype') config[key] = dtypeOf(name, value);
    else config[key] = translateValue(name, key, value);
  }
  if (kind === 'BatchNormalization' && (config['center'] === false || config['scale'] === false)) {
    // The stock layer throws without one of them.
    const { momentum, epsilon, center, scale } = config;
    return {
      class_name: 'EspalierBatchNormalization',
      config: { name, momentum, epsilon, center, scale },
      ...around,
    };
  }
  return { class_name: kind, config, ...around };
}

/** @throws EspalierError `invalid-data` for a setting that our layer has not. */
function ownLayer(name: string, kind: string, config: Config): Config {
  const { as, settings } = OURS[kind]!;
  for (const [key, value] of Object.entries(config)) {
    const lacking =
      key === 'axis'
        ? [value].flat().join() !== '-1'
        : /(regularizer|constraint)$/.test(key) && value !== null;
    if (lacking)
      refuse(
        SCOPE,
        `layer '${name}' (${kind}) has ${key}: ${JSON.stringify(value)}, which ours of that name lacks.`,
      );
  }
  const kept = Object.fromEntries(settings.filter((key) => key in config).map((key) => [key, config[key]]));
  if (kept['groups'] === -1) kept['groups'] = 'channels';
  const { trainable = true } = config;
  return { class_name: as, config: { name, trainable, ...kept } };
}

function translateValue(layer: string, key: string, value: unknown): unknown {
  if (typeof value === 'string' && /activation$/.test(key)) return ACTIVATIONS[value] ?? value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { class_name: kind, config = {} } = value as { class_name?: string; config?: Config };
  if (kind === undefined) return value;
  // A layer inside another: of Bidirectional and TimeDistributed.
  if (/^(layer|backward_layer|forward_layer|cell)$/.test(key)) return translateLayer(value as Config);
  const own = Object.fromEntries(
    Object.entries(config).filter(([name]) => !/^(input|output)_axes$/.test(name)),
  );
  if (/regularizer$/.test(key)) {
    if (!/^(L1|L2|L1L2)$/i.test(kind))
      refuse(SCOPE, `layer '${layer}' has the ${key} ${kind}, which TensorFlow.js lacks.`);
    return { class_name: 'L1L2', config: { l1: own['l1'] ?? 0, l2: own['l2'] ?? 0 } };
  }
  return { class_name: kind, config: own };
}

/** `float32` of a policy of that name. */
function dtypeOf(layer: string, dtype: unknown): unknown {
  const name =
    typeof dtype === 'object' && dtype !== null ? (dtype as { config?: Config }).config?.['name'] : dtype;
  if (name !== undefined && name !== null && !['float32', 'int32', 'bool', 'string'].includes(String(name)))
    return String(name) === 'int64'
      ? 'int32'
      : refuse(SCOPE, `layer '${layer}' computes in ${String(name)}; save the model in float32.`);
  return name;
}

/** `[[layer, node, tensor, kwargs], ...]` out of Keras 3's arguments. */
function translateNode(layer: string, node: unknown): unknown {
  if (Array.isArray(node)) return node;
  const { args = [], kwargs = {} } = node as { args?: unknown[]; kwargs?: Config };
  const settings = Object.entries(kwargs).filter(([, value]) => value !== null);
  const odd = settings.find(([key]) => key !== 'training');
  if (odd) refuse(SCOPE, `layer '${layer}' is called with ${odd[0]}, which TensorFlow.js cannot repeat.`);
  return args.flat().map((tensor) => {
    const history = (tensor as { config?: { keras_history?: unknown[] } } | null)?.config?.keras_history;
    if (!history) refuse(SCOPE, `layer '${layer}' is called with something else than outputs of layers.`);
    return [...history!, {}];
  });
}

/** @throws EspalierError `invalid-data` for a layer that TensorFlow.js and we lack. */
function checkKnown(name: string, kind: string): void {
  const known = tf.serialization.SerializationMap.getMap().classNameMap;
  if (Object.hasOwn(known, kind)) return;
  refuse(
    SCOPE,
    `layer '${name}' is a ${kind}, which has no counterpart in TensorFlow.js; ` +
      `write one and register it by tf.serialization.registerClass, or change the model.`,
  );
}
