import { inNode } from '@espalier/core/internal';

/** What the package says on the console while it loads: that kernels are registered twice, that a platform is set. */
const CHATTER =
  /is already registered|already been set|was already registered|looks like you are running TensorFlow\.js in Node/;

/**
 * Loads something without its greetings.
 *
 * libtensorflow reads its settings from the environment when it is loaded; a level that the user has set stays.
 *
 * @param load must be synchronous: nobody else speaks meanwhile.
 * @param threads of one operation; `undefined` leaves it to TensorFlow.
 */
export function quietly<T>(load: () => T, threads?: number): T {
  const settings: Record<string, string> = { TF_CPP_MIN_LOG_LEVEL: '2' };
  if (threads !== undefined) settings['TF_NUM_INTRAOP_THREADS'] = String(threads);
  const restoreSettings = setUnset(settings);
  const { warn, log, error } = console;
  const filtered =
    (say: (...parts: unknown[]) => void) =>
    (...parts: unknown[]): void => {
      if (!CHATTER.test(String(parts[0]))) say.call(console, ...parts);
    };
  Object.assign(console, { warn: filtered(warn), log: filtered(log), error: filtered(error) });
  try {
    return load();
  } finally {
    Object.assign(console, { warn, log, error });
    restoreSettings();
  }
}

function setUnset(settings: Readonly<Record<string, string>>): () => void {
  if (!inNode()) return () => {};
  const own = Object.entries(settings).filter(([name]) => process.env[name] === undefined);
  for (const [name, value] of own) process.env[name] = value;
  return () => {
    for (const [name] of own) delete process.env[name];
  };
}
