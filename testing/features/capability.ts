/** What users of the field's libraries have, and what Espalier has of it. */
export interface Capability {
  readonly name: string;
  /** Letters of the libraries that have it, see {@link LIBRARIES}. */
  readonly libraries: string;
  /** Exports that give it, or the file or folder that does, from the root. */
  readonly by: readonly string[];
  readonly state: 'whole' | 'part' | 'none';
  /** What is missing, or why it is. */
  readonly note?: string;
}

/** Capabilities of one kind. */
export interface CapabilityGroup {
  readonly title: string;
  readonly capabilities: readonly Capability[];
}

/** The letters of {@link Capability.libraries}. */
export const LIBRARIES = {
  K: 'Keras',
  T: 'PyTorch',
  V: 'torchvision',
  L: 'Lightning',
  I: 'Ignite',
  F: 'fastai',
  M: 'torchmetrics',
  O: 'Optuna',
  X: 'optax',
  B: 'TensorBoard',
  J: 'stock TensorFlow.js',
  C: 'Captum',
  S: 'scikit-learn',
} as const;

const words = (by: string): string[] => by.split(' ').filter(Boolean);

/** All of it is there. */
export const whole = (name: string, libraries: string, by: string): Capability => ({
  name,
  libraries,
  by: words(by),
  state: 'whole',
});

/** Some of it is there. */
export const part = (name: string, libraries: string, by: string, note: string): Capability => ({
  name,
  libraries,
  by: words(by),
  state: 'part',
  note,
});

/** None of it is there. */
export const none = (name: string, libraries: string, note: string): Capability => ({
  name,
  libraries,
  by: [],
  state: 'none',
  note,
});
