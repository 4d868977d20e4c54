import { EspalierError, option, readOptions } from '@espalier/core';
import { codeOf, nodeFiles, type NodeFiles } from '@espalier/core/internal';

const SCOPE = 'download';

/** How far a download is. */
export interface DownloadProgress {
  /** Bytes that are there, those of an earlier attempt included. */
  readonly received: number;
  /** Of the whole file; `undefined` where the server does not say. */
  readonly total: number | undefined;
}

/** Options of {@link download}. */
export interface DownloadOptions {
  /** Path of the file. It is made with its folders, and is the cache: where it is there and right, nothing is fetched. */
  readonly to: string;
  /** SHA-256 of the file, 64 hexadecimal digits. Default: not checked, and any file at `to` is taken. */
  readonly sha256?: string;
  /** Most bytes that the file may have, >= 1. Default 2^32. */
  readonly maxBytes?: number;
  /** Called after each piece. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Ends the download; what is there is kept. */
  readonly signal?: AbortSignal;
}

/**
 * Fetches a file over HTTP, in Node: with a checksum, resumed where an earlier attempt broke off, and not at all where it is there.
 *
 * What arrives is kept in `<to>.part` and becomes `to` when it is whole and its checksum is right. A second call goes on with a range
 * request, and from the start where the server does not know ranges or has another file by now.
 *
 * @param url `http:` or `https:`.
 * @returns `to`.
 * @throws EspalierError `invalid-option`; `io` where the server cannot be reached or refuses, with what to do without network;
 *   `invalid-data` for a wrong checksum or a file that is too large.
 * @example
 * ```ts
 * const file = await download('https://example.com/data.csv', {
 *   to: 'data/data.csv',
 *   sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
 *   onProgress: ({ received, total }) => console.log(received, 'of', total),
 * });
 * console.log(file);
 * ```
 */
export async function download(url: string, options: DownloadOptions): Promise<string> {
  const { to, sha256, maxBytes, onProgress, signal } = readOptions(SCOPE, options, {
    to: option.text(),
    sha256: option.custom<string, { readonly optional: true }>({
      expected: 'a SHA-256, 64 hexadecimal digits',
      accepts: (value) => typeof value === 'string' && /^[0-9a-f]{64}$/i.test(value),
      optional: true,
    }),
    maxBytes: option.number({ min: 1, default: 2 ** 32 }),
    onProgress: option.custom<(progress: DownloadProgress) => void, { readonly optional: true }>({
      expected: 'a function of the progress',
      accepts: (value) => typeof value === 'function',
      optional: true,
    }),
    signal: option.custom<AbortSignal, { readonly optional: true }>({
      expected: 'an AbortSignal',
      accepts: (value) => value instanceof AbortSignal,
      optional: true,
    }),
  }).values;
  if (typeof url !== 'string' || !/^https?:\/\//.test(url)) {
    throw new EspalierError({
      code: 'invalid-option',
      scope: SCOPE,
      message: `url must be an address that begins with http:// or https://, got ${JSON.stringify(url)}.`,
    });
  }
  const node = await nodeFiles(SCOPE, 'use fetch() in a browser');
  if (await isThere(to, sha256, node)) return to;

  const part = `${to}.part`;
  await node.fs.mkdir(node.path.dirname(node.path.resolve(to)), { recursive: true });
  try {
    await fetchInto(part, url, { maxBytes, onProgress, signal }, node);
  } catch (cause) {
    if (cause instanceof EspalierError) throw cause;
    const detail = causeOf(cause);
    throw new EspalierError({
      code: 'io',
      scope: SCOPE,
      message:
        `cannot get ${url}: ${detail}. What has arrived is kept, and the next call goes on from there. ` +
        `Without network, put the file at ${to} yourself${sha256 ? ` (SHA-256 ${sha256})` : ''}.`,
      cause,
    });
  }
  if (sha256 !== undefined) {
    const sum = await checksum(part, node);
    if (sum !== sha256.toLowerCase()) {
      await node.fs.rm(part, { force: true });
      throw new EspalierError({
        code: 'invalid-data',
        scope: SCOPE,
        message: `${url} is not the file expected: its SHA-256 is ${sum}, not ${sha256}. It was deleted; look whether the address is right.`,
      });
    }
  }
  await node.fs.rename(part, to);
  return to;
}

/** @throws EspalierError `invalid-data` where a file is there that is another one. */
async function isThere(to: string, sha256: string | undefined, node: NodeFiles): Promise<boolean> {
  const stat = await node.fs.stat(to).catch(() => undefined);
  if (!stat) return false;
  if (sha256 === undefined) return true;
  const sum = await checksum(to, node);
  if (sum === sha256.toLowerCase()) return true;
  throw new EspalierError({
    code: 'invalid-data',
    scope: SCOPE,
    message: `${to} is there and is another file: its SHA-256 is ${sum}, expected ${sha256}. Delete it, or give another path as to.`,
  });
}

async function checksum(path: string, { fs, crypto }: NodeFiles): Promise<string> {
  const hash = crypto.createHash('sha256');
  const file = await fs.open(path);
  try {
    for await (const chunk of file.readableWebStream() as AsyncIterable<ArrayBuffer>)
      hash.update(new Uint8Array(chunk));
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

type Reading = Pick<DownloadOptions, 'onProgress' | 'signal'> & { readonly maxBytes: number };

/** Goes on with a file that may be there in part. */
async function fetchInto(part: string, url: string, reading: Reading, node: NodeFiles): Promise<void> {
  const { maxBytes, onProgress, signal } = reading;
  const have = await node.fs.stat(part).then(
    ({ size }) => size,
    (error: unknown) => {
      if (codeOf(error) === 'ENOENT') return 0;
      throw error;
    },
  );
  const response = await fetch(url, {
    ...(have > 0 && { headers: { range: `bytes=${have}-` } }),
    ...(signal && { signal }),
  });
  // Nothing is left from there on: the part is whole already, or of another file.
  if (response.status === 416 && have > 0) {
    await response.body?.cancel();
    const whole = Number(/\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1]);
    if (whole === have) return;
    await node.fs.rm(part, { force: true });
    return fetchInto(part, url, reading, node);
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`the server answers ${response.status} ${response.statusText}`.trim());
  }
  const range = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '');
  const goesOn = response.status === 206 && Number(range?.[1]) === have;
  const length = response.headers.get('content-length');
  // A length of what is compressed on the way is not that of the file.
  const stated = length !== null && !response.headers.get('content-encoding') ? Number(length) : undefined;
  const start = goesOn ? have : 0;
  const total = stated === undefined ? undefined : start + stated;
  const tooLarge = (size: number): never => {
    throw new EspalierError({
      code: 'invalid-data',
      scope: SCOPE,
      message: `${url} has ${size} bytes or more, and maxBytes is ${maxBytes}; raise it if that is meant.`,
    });
  };
  if (total !== undefined && total > maxBytes) {
    await response.body?.cancel();
    tooLarge(total);
  }
  const file = await node.fs.open(part, goesOn ? 'a' : 'w');
  let received = start;
  try {
    for await (const chunk of (response.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
      received += chunk.length;
      if (received > maxBytes) tooLarge(received);
      await file.writeFile(chunk);
      onProgress?.({ received, total });
    }
  } finally {
    await file.close();
  }
  if (total !== undefined && received !== total)
    throw new Error(`it broke off after ${received} of ${total} bytes`);
}

/** What is behind `fetch failed`. */
function causeOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return inner instanceof Error ? inner.message || (codeOf(inner) ?? inner.name) : String(inner);
}
