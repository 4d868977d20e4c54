/**
 * Runs the snippets of one document one after the other, in a process of their own.
 *
 *   node --conditions=@espalier/source --import tsx run-snippets.ts RESULTS.json MODULE...
 */
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** What became of one module. */
export interface SnippetResult {
  error?: string;
  printed: string;
}

const [resultsFile, ...modules] = process.argv.slice(2) as [string, ...string[]];
const results: Record<string, SnippetResult> = {};
const keep = () => writeFileSync(resultsFile, JSON.stringify(results));

let printed = '';
process.stdout.write = ((text: string | Uint8Array) => {
  printed += typeof text === 'string' ? text : Buffer.from(text).toString();
  return true;
}) as typeof process.stdout.write;

for (const module of modules) {
  printed = '';
  try {
    await import(pathToFileURL(module).href);
    results[module] = { printed };
  } catch (error) {
    results[module] = {
      printed,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
  keep();
}

const patience = setTimeout(() => {
  for (const module of modules)
    results[module] = { printed, error: 'the document leaves a process that does not end' };
  keep();
  process.exit(1);
}, 10_000);
patience.unref();
