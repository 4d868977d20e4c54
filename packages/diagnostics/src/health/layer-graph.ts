import type { LayerInfo } from '@espalier/core';

/** The layers that are judged which come next behind each of them, past those that are not; none for a layer of answers. */
export type Following = ReadonlyMap<string, readonly string[]>;

/**
 * Who follows whom among some layers of a model. A layer that the model does not know has no entry; where it knows none of them, each is
 * followed by the next.
 *
 * @param judged In the model's order.
 */
export function following(
  judged: readonly string[],
  model: readonly Pick<LayerInfo, 'name' | 'inputs'>[],
): Following {
  const known = new Set(model.map(({ name }) => name));
  if (!judged.some((layer) => known.has(layer)))
    return new Map(judged.map((layer, i) => [layer, judged.slice(i + 1, i + 2)]));
  const takers = new Map<string, string[]>();
  for (const { name, inputs } of model)
    for (const input of inputs) takers.set(input, [...(takers.get(input) ?? []), name]);
  const isJudged = new Set(judged);
  const behind = (layer: string, seen: Set<string>): string[] =>
    (takers.get(layer) ?? []).flatMap((next) => {
      if (seen.has(next)) return [];
      seen.add(next);
      return isJudged.has(next) ? [next] : behind(next, seen);
    });
  return new Map(
    judged.filter((layer) => known.has(layer)).map((layer) => [layer, behind(layer, new Set([layer]))]),
  );
}
