import { inNode, nodeModule } from '../runtime-import.js';

type Files = typeof import('node:fs/promises');
type Paths = typeof import('node:path');

/** Of the process's folders: a program is what it was when it started. */
const known = new Map<string, Promise<{ readonly commit?: string }>>();

/** The commit of the program that runs: of the work tree around the process's folder. See {@link commitOf}. */
export function programCommit(): Promise<{ readonly commit?: string }> {
  const folder = inNode() ? process.cwd() : '';
  const commit = known.get(folder) ?? commitOf(folder);
  known.set(folder, commit);
  return commit;
}

/**
 * The commit that the work tree around a folder is at, read from Git's own files: Git need not be installed, and
 * changes that are not committed do not show.
 *
 * @param folder Looked in first, then the folders above it.
 * @returns `{ commit }`; `{}` in browsers, outside of a repository, before its first commit, and where its files cannot be read.
 */
export async function commitOf(folder: string): Promise<{ readonly commit?: string }> {
  if (!inNode()) return {};
  try {
    const [fs, path] = await Promise.all([
      nodeModule<Files>('node:fs/promises'),
      nodeModule<Paths>('node:path'),
    ]);
    const own = await gitFolder(fs, path, path.resolve(folder));
    const commit = own && (await headOf(fs, path, own));
    return commit ? { commit } : {};
  } catch {
    // What a run is noted with must not be what it fails by: e.g. no right to read a folder above.
    return {};
  }
}

/** The `.git` around a folder; that of a second work tree or a submodule is a file that names it. */
async function gitFolder(fs: Files, path: Paths, folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = path.dirname(at)) {
    const git = path.join(at, '.git');
    const stat = await fs.stat(git).catch(() => undefined);
    if (stat?.isDirectory()) return git;
    const named = stat && /^gitdir: (.+)$/m.exec(await fs.readFile(git, 'utf8'))?.[1];
    if (named) return path.resolve(at, named.trim());
    if (path.dirname(at) === at) return undefined;
  }
}

async function headOf(fs: Files, path: Paths, own: string): Promise<string | undefined> {
  const text = async (...names: string[]): Promise<string> =>
    (await fs.readFile(path.join(...names), 'utf8').catch(() => '')).trim();
  // Branches lie with the first work tree.
  const common = path.resolve(own, (await text(own, 'commondir')) || '.');
  let value = await text(own, 'HEAD');
  // A reference may name another one.
  for (let hops = 0; hops < 5 && value.startsWith('ref: '); hops++) {
    const name = value.slice('ref: '.length);
    value =
      (await text(own, name)) ||
      (await text(common, name)) ||
      packed(await text(common, 'packed-refs'), name);
  }
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(value) ? value : undefined;
}

function packed(lines: string, name: string): string {
  const line = lines.split('\n').find((one) => one.trimEnd().endsWith(` ${name}`));
  return line?.split(' ')[0] ?? '';
}
