import { existsSync, readFileSync } from 'node:fs';
import { shown } from './workspaces.js';

/** The sections of a package's README, in order; others may stand between them. */
const sections: readonly [title: string, heading: RegExp][] = [
  ['What is this?', /^what is this/i],
  ['When should I use this?', /^when (should|to|would)/i],
  ['Install', /^install/i],
  ['Use', /^us(e|age)$/i],
  ['API', /^api$/i],
  ['Shapes and units', /^shapes/i],
  ['Cost per step', /^cost/i],
  ['Sources', /^sources$/i],
  ['Compatibility', /^compatibility$/i],
  ['License', /^licen[sc]e$/i],
];

/** What a package's README lacks or has in another place. */
export function sectionProblems(file: string): string[] {
  if (!existsSync(file)) return [`${shown(file)} is missing`];
  const text = readFileSync(file, 'utf8').replace(/^```[\s\S]*?^```/gm, '');
  const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading!.trim());
  const problems: string[] = [];
  let position = -1;
  for (const [title, pattern] of sections) {
    const found = headings.findIndex((heading) => pattern.test(heading));
    if (found < 0) problems.push(`lacks "## ${title}"`);
    else if (found < position) problems.push(`"## ${headings[found]}" comes too late`);
    else position = found;
  }
  return problems;
}
