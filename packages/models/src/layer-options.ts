import { option, type OptionRules, type OptionValues, readOptions } from '@espalier/core';

/** Options that TensorFlow.js' own layers take, too. */
export interface LayerOptions {
  readonly name?: string;
  /** False freezes the layer. Default true. */
  readonly trainable?: boolean;
  /** Shape of one example, where this is a model's first layer. */
  readonly inputShape?: number[];
}

const anything = option.custom<unknown, { readonly optional: true }>({
  expected: 'anything',
  accepts: () => true,
  optional: true,
});

const RULES = {
  name: option.text({ optional: true }),
  trainable: option.boolean({ optional: true }),
  inputShape: option.custom<number[], { readonly optional: true }>({
    expected: 'a list of sizes',
    accepts: Array.isArray,
    optional: true,
  }),
  // What TensorFlow.js writes into a model's JSON and reads back.
  batchInputShape: anything,
  batchSize: anything,
  customObjects: anything,
  dtype: anything,
  inputDType: anything,
  updatable: anything,
  weights: anything,
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
