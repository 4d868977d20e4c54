import { checkOptions, EspalierError } from '@espalier/core';
import { nodeModule } from '@espalier/core/internal';

/**
 * Writes a report (or any text or bytes) to a file: first beside it, then under its name, so that nobody ever sees half
 * of it and an older report survives a failure. Folders that are missing are made. Node only.
 *
 * @param path - of the file, absolute or from the working directory
 * @param content - e.g. the HTML of {@link htmlReport}, the SVG of `toSvg`, the bytes of `toPng`
 * @returns the absolute path
 * @throws EspalierError `io` when the place cannot be written to, leaving nothing half-written behind
 * @example
 * ```ts
 * import { mkdtemp, rm } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { htmlReport, writeReport } from '@espalier/visualization';
 *
 * const folder = await mkdtemp(join(tmpdir(), 'report-'));
 * const html = await htmlReport({ title: 'Empty', sections: [] });
 * console.log(await writeReport(join(folder, 'report.html'), html));
 * await rm(folder, { recursive: true });
 * ```
 */
export async function writeReport(path: string, content: string | Uint8Array): Promise<string> {
  const check = checkOptions('write-report');
  check.text('path', path);
  if (typeof content !== 'string' && !(content instanceof Uint8Array)) {
    check.fail('content', 'a text or bytes', content);
  }
  const [fs, { dirname, resolve }] = await Promise.all([
    nodeModule<typeof import('node:fs/promises')>('node:fs/promises'),
    nodeModule<typeof import('node:path')>('node:path'),
  ]).catch((cause: unknown) => fail(path, 'there is no file system here', 'Run it in Node.', cause));
  const target = resolve(path);
  const folder = dirname(target);
  const temporary = `${target}.${process.pid}.tmp`;
  try {
    await fs.mkdir(folder, { recursive: true });
    await fs.writeFile(temporary, content);
    await fs.rename(temporary, target);
  } catch (cause) {
    await fs.rm(temporary, { force: true }).catch(() => undefined);
    const reason = cause instanceof Error ? cause.message : String(cause);
    fail(target, reason, `Check that ${folder} is a folder you may write to, or choose another one.`, cause);
  }
  return target;
}

function fail(path: string, reason: string, fix: string, cause: unknown): never {
  throw new EspalierError({
    code: 'io',
    scope: 'write-report',
    message: `cannot write '${path}': ${reason}. ${fix}`,
    cause,
  });
}
