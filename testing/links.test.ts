import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { missingFromInstall } from './documentation/install-lines.js';
import { documents } from './documentation/snippets.js';
import { publishable, root } from './support/workspaces.js';

/** A page without its code, fenced and in line. */
const proseOf = (document: string): string =>
  readFileSync(join(root, document), 'utf8')
    .replace(/^\s*```[\s\S]*?^\s*```/gm, '')
    .replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, ' '));

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(document: string): Set<string> {
  const headings = [...proseOf(document).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!);
  return new Set(
    headings.map((heading) =>
      heading
        .trim()
        .toLowerCase()
        .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replace(/ /g, '-'),
    ),
  );
}

/** Links of a page that lead nowhere in the repository. */
function deadLinks(document: string): string[] {
  const links = [...proseOf(document).matchAll(/\]\(([^)\s]+)(?:\s[^)]*)?\)/g)].map(([, target]) => target!);
  return links.filter((target) => {
    if (/^(https?|mailto):/.test(target)) return false;
    const [path, anchor] = target.split('#') as [string, string?];
    const file = path === '' ? document : join(dirname(document), decodeURIComponent(path));
    if (!existsSync(join(root, file))) return true;
    const isPage = file.endsWith('.md') && statSync(join(root, file)).isFile();
    return anchor !== undefined && isPage && !anchorsOf(file).has(anchor);
  });
}

test.each(documents())('the links of %s lead somewhere', (document) => {
  expect(deadLinks(document)).toEqual([]);
});

describe('what the programs of a page import, its install lines name', () => {
  test.each(['README.md', ...publishable().map(({ path }) => `${path}/README.md`)])('%s', (document) => {
    expect(missingFromInstall(document)).toEqual([]);
  });
});
