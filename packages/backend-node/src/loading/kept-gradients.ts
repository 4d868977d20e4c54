import * as tf from '@tensorflow/tfjs-core';

/** Every kernel that TensorFlow.js names. */
function kernelNames(): Set<string> {
  return new Set(Object.values(tf as Record<string, unknown>).filter((value) => typeof value === 'string'));
}

/**
 * Runs `load` and puts the gradients back that it registers again.
 *
 * tfjs-node loads the union package `@tensorflow/tfjs`, which registers all stock gradients once more: those that
 * another backend of Espalier has put right would be undone.
 */
export function keepingGradients<T>(load: () => T): T {
  const before = [...kernelNames()].map((name) => [name, tf.getGradient(name)] as const);
  try {
    return load();
  } finally {
    for (const [name, config] of before) {
      if (!config || tf.getGradient(name) === config) continue;
      tf.unregisterGradient(name);
      tf.registerGradient(config);
    }
  }
}
