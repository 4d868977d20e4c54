import { type ErrorCode, EspalierError } from './errors.js';

/** True in Node, and in what calls itself so. */
export function inNode(): boolean {
  return typeof process === 'object' && typeof process?.versions?.node === 'string';
}

/**
 * A module of Node itself.
 *
 * Node 20.16, 22.3 and later hand it over without `import`, which test runners that load CommonJS in a context of its
 * own (Jest) refuse. In other versions the name is no literal at the call of `import`, so that bundlers leave it alone.
 *
 * @example
 * ```ts
 * import { nodeModule } from '@espalier/core/internal';
 *
 * const { readFile } = await nodeModule<typeof import('node:fs/promises')>('node:fs/promises');
 * ```
 */
export async function nodeModule<M>(name: `node:${string}`): Promise<M> {
  const { getBuiltinModule } = process as { getBuiltinModule?: (name: string) => unknown };
  return (getBuiltinModule?.(name) ??
    (await import(/* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ name))) as M;
}

/** What {@link importPeer} says when the import fails. */
export interface PeerImport {
  /** The npm package, for `npm install`. */
  readonly packageName: string;
  readonly scope: string;
  readonly code: ErrorCode;
  /** Who needs it, as the beginning of a sentence: `Compiled steps need ONNX Runtime`. */
  readonly need: string;
}

/**
 * Imports an optional peer. The call of `import` stands in the package whose peer it is, so that it is looked for from
 * there: with a literal name where bundlers should take the peer along, with a variable and the comments of
 * {@link nodeModule} where they should not.
 *
 * @throws EspalierError saying whether the package is missing or does not load, or that `import` itself was refused.
 * @example
 * ```ts
 * import { importPeer } from '@espalier/core/internal';
 *
 * const peer = { packageName: 'vega', scope: 'to-svg', code: 'io', need: 'Charts are drawn by Vega' } as const;
 * const vega = await importPeer(peer, () => import('vega'));
 * ```
 */
export async function importPeer<M>(peer: PeerImport, load: () => Promise<M>): Promise<M> {
  try {
    return await load();
  } catch (cause) {
    const { packageName, scope, code, need } = peer;
    const { reason, fix } = importFailure(packageName, cause);
    throw new EspalierError({ code, scope, message: `${need}, but ${reason}. To fix it: ${fix}.`, cause });
  }
}

/** Why a package could not be imported, and what to do about it. */
export function importFailure(
  packageName: string,
  error: unknown,
): { readonly reason: string; readonly fix: string } {
  // Jest's errors come from another realm: they are no instances of our Error.
  const { message: text = String(error), code } = (error ?? {}) as { message?: string; code?: unknown };
  const message = text.split('\n')[0]!.replace(/\.$/, '');
  if (REFUSED.test(`${code} ${message}`))
    return {
      reason: `${packageName} cannot be imported, because this test runner refuses import()`,
      fix: 'start Jest with NODE_OPTIONS=--experimental-vm-modules',
    };
  if (message.includes(packageName) && NOT_FOUND.test(message))
    return { reason: `${packageName} is not installed`, fix: `npm install ${packageName}` };
  return {
    reason: `${packageName} does not load (${message})`,
    fix: `install it again: npm install ${packageName}`,
  };
}

/** As Node and Jest put it. */
const REFUSED = /ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING|supports ES Modules in the VM API/;

/** As Node, Jest, webpack and browsers put it. */
const NOT_FOUND = /cannot find (package|module)|could not (find|resolve)|failed to resolve module specifier/i;
