import { EspalierError } from '../errors.js';
import type { NodeFiles } from './node-files.js';
import { codeOf } from './node-files.js';

/** Who has the lock. */
interface Owner {
  readonly pid: number;
  readonly host: string;
  /** When the process started, where the system says so: process ids are used again. */
  readonly started: string | null;
  readonly token: string;
}

/** A lock that is held. */
export interface LockFile {
  /** @throws EspalierError `io` where somebody else took the lock away. */
  check(): Promise<void>;
  release(): Promise<void>;
}

/** What a lock is of. */
export interface LockOptions {
  /** Of the lock file itself; its folder exists. */
  readonly path: string;
  /** What it keeps to one process, as the beginning of a sentence: `the study`. */
  readonly what: string;
  readonly scope: string;
  readonly node: NodeFiles;
}

/**
 * Takes a lock: a file that names its owner. The lock of a process that is gone is broken; a second one of this process, of a
 * living one, or of another machine is not.
 *
 * @throws EspalierError `io` where somebody has it, saying who.
 */
export async function lockFile({ path, what, scope, node }: LockOptions): Promise<LockFile> {
  const { fs, os, crypto } = node;
  const owner: Owner = {
    pid: process.pid,
    host: os.hostname(),
    started: await startOf(process.pid, node),
    token: crypto.randomUUID(),
  };
  const text = JSON.stringify(owner);
  const refuse = (found: string): never => {
    throw new EspalierError({
      code: 'io',
      scope,
      message: `${what} is open in ${ownerOf(found)}; close it there first. If that process is gone, remove '${path}'.`,
    });
  };
  for (let tries = 0; tries < 100; tries++) {
    if (await place(path, text, owner.token, node)) {
      return {
        async check() {
          if ((await read(path, node)) !== text) {
            throw new EspalierError({
              code: 'io',
              scope,
              message: `the lock '${path}' was taken by somebody else: two programs write to ${what}. Stop one of them.`,
            });
          }
        },
        async release() {
          if ((await read(path, node)) === text) await fs.rm(path, { force: true });
        },
      };
    }
    const found = await read(path, node);
    if (found === undefined) continue;
    if (!(await isStale(found, node))) refuse(found);
    await breakStale(path, found, owner, node);
  }
  return refuse((await read(path, node)) ?? '');
}

/** The whole file appears at once, or somebody's is there already. */
async function place(path: string, text: string, token: string, { fs }: NodeFiles): Promise<boolean> {
  const own = `${path}.${token}`;
  await fs.writeFile(own, text);
  try {
    await fs.link(own, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (!NO_LINKS.includes(codeOf(error))) throw error;
    return await placeWithoutLinks(path, text, { fs });
  } finally {
    await fs.rm(own, { force: true });
  }
}

/** What a file system says that has no hard links (FAT, many network shares), or says nothing at all. */
const NO_LINKS = [undefined, 'EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EXDEV', 'EINVAL'];

async function placeWithoutLinks(
  path: string,
  text: string,
  { fs }: Pick<NodeFiles, 'fs'>,
): Promise<boolean> {
  try {
    await fs.writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes a stale lock, and nothing else. Of several processes that find it one may: the others would remove the lock that comes
 * after it.
 */
async function breakStale(path: string, stale: string, owner: Owner, node: NodeFiles): Promise<void> {
  const { fs } = node;
  const token = parse(stale)?.token;
  const breaker = `${path}.${typeof token === 'string' && /^[\w-]{1,40}$/.test(token) ? token : 'torn'}.break`;
  if (await place(breaker, JSON.stringify(owner), owner.token, node)) {
    try {
      // A lock without an owner is perhaps about to get one.
      if (stale === '') await pause(20);
      if ((await read(path, node)) === stale) await fs.rm(path, { force: true });
    } finally {
      await fs.rm(breaker, { force: true });
    }
    return;
  }
  const other = await read(breaker, node);
  if (other !== undefined && (await isStale(other, node))) await breakStale(breaker, other, owner, node);
  else await pause(5);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function read(path: string, { fs }: NodeFiles): Promise<string | undefined> {
  try {
    return await fs.readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function isStale(text: string, node: NodeFiles): Promise<boolean> {
  const owner = parse(text);
  // A lock that says nothing was torn by the end of its process, or is not ours.
  if (!owner) return text === '';
  if (owner.host !== node.os.hostname()) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
  const started = await startOf(owner.pid, node);
  return owner.started !== null && started !== null && started !== owner.started;
}

function parse(text: string): Owner | undefined {
  try {
    const owner = JSON.parse(text) as Owner;
    return Number.isInteger(owner?.pid) && typeof owner.host === 'string' ? owner : undefined;
  } catch {
    return undefined;
  }
}

/** Field 22 of /proc/<pid>/stat on Linux, counted from behind the name, which may have spaces. */
async function startOf(pid: number, { fs }: NodeFiles): Promise<string | null> {
  try {
    const stat = await fs.readFile(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

/** Who has a lock, for messages. */
function ownerOf(text: string): string {
  const owner = parse(text);
  if (!owner) return 'another program';
  const { pid, host } = owner;
  return `process ${pid} of ${host}${pid === process.pid ? ' (this one)' : ''}`;
}
