import { option, type OptionRules, type OptionValues, readOptions } from '@espalier/core';

/** Options that TensorFlow.js' own layers take, too. */
export interface LayerOptions {
  readonly name?: string;
  /** False freezes the layer. Default true. */
  readonly trainable?: boolean;
  /** Shape of one example, where this is a model's first layer. */
  readonly inputShape?: number[];
}

/** Options that stand in the JSON of a model, and are TensorFlow.js' to check. */
const stock = option.custom<unknown, { readonly optional: true }>({
  expected: 'as in the JSON of a model',
  accepts: () => true,
  optional: true,
});

const RULES = {
  name: option.text({ optional: true }),
  trainable: option.boolean({ optional: true }),
  inputShape: option.custom<number[], { readonly optional: true }>({
    expected: 'a list of sizes',
    accepts: (shape) =>
      Array.isArray(shape) &&
      shape.length > 0 &&
      shape.every((size) => size === null || Number.isInteger(size)),
    optional: true,
  }),
  // What TensorFlow.js writes into a model's JSON and reads back.
  batchInputShape: stock,
  batchSize: stock,
  customObjects: stock,
  dtype: stock,
  inputDType: stock,
  updatable: stock,
  weights: stock,
};

/**
 * Checks the options of a layer class, before its constructor calls that of TensorFlow.js.
 *
 * @throws EspalierError `invalid-option`, naming the layer where it has a name.
 */
export function readLayerOptions<
  O extends LayerOptions,
  const R extends OptionRules<Omit<O, keyof LayerOptions>>,
>(
  kind: string,
  options: O | undefined,
  rules: R & OptionRules<Omit<O, keyof LayerOptions>>,
): OptionValues<O, R> {
  const name: unknown = options?.name;
  const scope = typeof name === 'string' ? `${kind} '${name}'` : kind;
  const all = { ...RULES, ...rules } as unknown as OptionRules<O>;
  return readOptions<O, OptionRules<O>>(scope, options, all).values as unknown as OptionValues<O, R>;
}
