/** A table in Markdown; columns of figures right, the first one and those of words left. */
export function markdownTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeCell).join(' | ')} |`;
  const isFigures = (i: number) => rows.every((row) => /^([-+~]?[\d.]|NaN|not run|infinite|$)/.test(row[i]!));
  const rule = columns.map((_, i) => (i > 0 && isFigures(i) ? '--:' : '---'));
  return [line(columns), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('*', '\\*').replace(/\s+/g, ' ');
}
