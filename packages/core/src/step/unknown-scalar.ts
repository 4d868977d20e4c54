import { EspalierError } from '../errors.js';

/** The error for a scalar that nobody declared. */
export function unknownScalar(name: string, known: readonly string[]): EspalierError {
  return new EspalierError({
    code: 'invalid-option',
    scope: 'step',
    message: `scalar '${name}' is not declared; declare it under \`scalars\` of the plugin or optimizer. There are: ${known.join(', ')}.`,
  });
}
