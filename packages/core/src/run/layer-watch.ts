import * as tf from '@tensorflow/tfjs-core';
import { observeLayers } from '../model/observe-layers.js';
import { scopedStep, type StepContext } from '../step/step-context.js';
import { inHook } from './call-hook.js';
import { checkPenalty } from './hook-results.js';
import type { Observed } from './observed.js';
import type { PluginDriver } from './plugin-driver.js';

/** A plugin's term of the objective from a layer's output. */
interface LayerTerm {
  readonly plugin: string;
  readonly term: tf.Scalar;
}

/** Shows what the layers give in a forward pass to the plugins that look, and keeps what they made of it. */
export class LayerWatch {
  readonly observed: Observed[] = [];
  readonly #terms: LayerTerm[] = [];
  readonly #driver: PluginDriver;
  readonly #step: StepContext;
  readonly #observes: boolean;

  /** @param observes Whether `observeLayer` is asked too, as in a training step. */
  constructor(driver: PluginDriver, step: StepContext, observes: boolean) {
    this.#driver = driver;
    this.#step = step;
    this.#observes = observes;
  }

  /** Runs a forward pass under watch. */
  during<T>(body: () => T): T {
    const observing = this.#observes ? this.#driver.with('observeLayer') : [];
    const penalizing = this.#driver.with('penalizeLayer');
    if (observing.length + penalizing.length === 0) return body();
    const applied = new Map<string, number>();
    return observeLayers((layer, output) => {
      const times = (applied.get(layer.name) ?? 0) + 1;
      applied.set(layer.name, times);
      const as = times === 1 ? layer.name : `${layer.name}#${times}`;
      for (const plugin of observing) {
        const made = inHook(plugin, 'observeLayer', () =>
          plugin.observeLayer(output, layer, scopedStep(this.#step, plugin)),
        );
        for (const [name, tensor] of Object.entries(made ?? {}))
          this.observed.push({ plugin: plugin.name, layer: as, name, tensor: keptCopy(tensor) });
      }
      for (const plugin of penalizing) {
        const term = inHook(plugin, 'penalizeLayer', () =>
          plugin.penalizeLayer(output, layer, scopedStep(this.#step, plugin)),
        );
        if (term === undefined) continue;
        checkPenalty(plugin.name, term, 'penalizeLayer');
        this.#terms.push({ plugin: plugin.name, term: keptCopy(term) });
      }
    }, body);
  }

  /** The terms of each plugin, added, by its name. */
  penalties(): Record<string, tf.Scalar> {
    const sums: Record<string, tf.Scalar> = {};
    for (const { plugin, term } of this.#terms)
      sums[plugin] = sums[plugin] ? tf.add<tf.Scalar>(sums[plugin], term) : term;
    return sums;
  }

  /** Disposes what was kept, once the gradients are there. */
  dispose(): void {
    for (const { tensor } of this.observed) tensor.dispose();
    for (const { term } of this.#terms) term.dispose();
  }
}

/** Layers run in a tidy of their model's. */
function keptCopy<T extends tf.Tensor>(tensor: T): T {
  return tf.keep(tf.clone(tensor));
}
