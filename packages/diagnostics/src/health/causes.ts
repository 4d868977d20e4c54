import type { Cause, Illness } from './cures.js';
import type { LayerEpoch } from './health-record.js';
import type { Following } from './layer-graph.js';

/** What is known of the layers after an epoch. */
export interface Findings {
  readonly layers: readonly LayerEpoch[];
  readonly illnesses: readonly (Illness | undefined)[];
  readonly weak: readonly boolean[];
  readonly following: Following;
}

/** Why the gradient of a layer is weak: what the layers are like that it comes through. `undefined` where it fades on the way. */
export function causeOfVanishing(layer: string, findings: Findings): Cause | undefined {
  const { layers, illnesses, weak, following } = findings;
  let next = following.get(layer);
  if (!next) return undefined;
  const place = new Map(layers.map((one, i) => [one.layer, i]));
  const seen = new Set([layer]);
  let apart = layers[place.get(layer)!]!.gradientShare === 0;
  while (next.length > 0) {
    const beyond: string[] = [];
    for (const name of next.filter((one) => !seen.has(one))) {
      seen.add(name);
      const i = place.get(name)!;
      const [illness, figures] = [illnesses[i], layers[i]!];
      // Past some dead units others let a gradient through.
      if (
        (illness === 'dead' && figures.deadUnits === 1) ||
        illness === 'saturated' ||
        illness === 'exploding'
      )
        return { kind: 'other', layer: name };
      if (weak[i]) {
        if (figures.gradientShare !== 0) apart = false;
        beyond.push(...(following.get(name) ?? []));
      } else if (figures.mean === 0 && figures.deviation === 0) return { kind: 'zeros', layer: name };
    }
    next = beyond;
  }
  return apart ? { kind: 'apart' } : undefined;
}

/** A layer is dead, or stands still, of another where all that it takes comes from layers that give 0 alone. */
export function causeInInputs(layer: string, { layers, following }: Findings): Cause | undefined {
  const before = layers.filter((one) => one.layer !== layer && following.get(one.layer)?.includes(layer));
  const dead = before.filter(({ deadUnits }) => deadUnits === 1);
  if (dead.length === 0 || dead.length < before.length) return undefined;
  return { kind: 'other', layer: dead[0]!.layer };
}
