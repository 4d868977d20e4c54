import { nearest } from '@espalier/core/internal';

/** Names for a message, with the one that was perhaps meant. */
export function knownNames(names: readonly string[], given: string | undefined): string {
  const near = given === undefined ? undefined : nearest(given, names);
  return `${names.join(', ') || 'there is none'}${near === undefined ? '' : `; did you mean '${near}'?`}`;
}
