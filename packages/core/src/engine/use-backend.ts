import type { Availability, Backend } from './backend.js';
import { EspalierError, fail } from '../errors.js';
import { describe } from '../options.js';
import { prepareTfjs } from './prepare-tfjs.js';

/**
 * Makes a TensorFlow.js backend the active one.
 *
 * @throws EspalierError `invalid-option` for what is no backend; `backend-unavailable` with the reason and the fix.
 * @example
 * ```ts
 * await useBackend(wasm());
 * ```
 */
export async function useBackend(backend: Backend): Promise<Backend> {
  checkBackend(backend);
  const availability = await backend.isAvailable();
  if (!availability.available) throw unavailable(backend.name, availability);
  prepareTfjs();
  await backend.activate();
  return backend;
}

/**
 * The first of several backends that can start here, as a backend itself.
 *
 * @example
 * ```ts
 * declare const gpu: Backend;
 * const chosen = await useBackend(firstAvailable(gpu, wasm()));
 * console.log(chosen.name);
 * ```
 */
export function firstAvailable(...backends: readonly Backend[]): Backend {
  if (backends.length === 0) {
    throw new EspalierError({
      code: 'invalid-option',
      scope: 'backend',
      message: 'firstAvailable needs at least one backend.',
    });
  }
  backends.forEach(checkBackend);
  let chosen: Backend | undefined;
  const find = async (): Promise<[Backend, Availability][]> => {
    const tried: [Backend, Availability][] = [];
    for (const backend of backends) {
      const availability = await backend.isAvailable();
      tried.push([backend, availability]);
      if (availability.available) {
        chosen = backend;
        break;
      }
    }
    return tried;
  };
  return {
    /** The chosen one's, once it is known. */
    get name() {
      return chosen?.name ?? backends.map(({ name }) => name).join(' | ');
    },
    async isAvailable() {
      const tried = await find();
      return tried.at(-1)![1].available ? { available: true } : summary(tried);
    },
    async activate() {
      const tried = await find();
      if (!chosen) throw unavailable(this.name, summary(tried));
      await chosen.activate();
    },
  };
}

function checkBackend(backend: Backend): void {
  const { isAvailable, activate } = (backend ?? {}) as Partial<Backend>;
  if (typeof isAvailable === 'function' && typeof activate === 'function') return;
  const got = typeof backend === 'function' ? 'a function; call it' : describe(backend);
  fail(
    'invalid-option',
    'backend',
    `a backend must be what wasm(), cpu() or another of them makes, got ${got}.`,
  );
}

type Tried = readonly (readonly [Backend, Availability])[];
type Unavailable = Availability & { readonly available: false };

function summary(tried: Tried): Unavailable {
  const failed = tried.flatMap(([{ name }, a]) => (a.available ? [] : [{ name, ...a }]));
  return {
    available: false,
    reason: failed.map(({ name, reason }) => `${name}: ${reason}`).join('; '),
    fix: failed.map(({ name, fix }) => `${name}: ${fix}`).join('; '),
  };
}

function unavailable(name: string, { reason, fix }: Unavailable): EspalierError {
  return new EspalierError({
    code: 'backend-unavailable',
    scope: 'backend',
    message: `${name} cannot start here: ${reason}. To fix it: ${fix}.`,
  });
}
