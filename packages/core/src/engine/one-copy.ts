import { EspalierError } from '../errors.js';

/**
 * How to have one copy of a package where there are two, as the end of a message.
 *
 * @example
 * ```ts
 * import { oneCopy } from '@espalier/core/internal';
 *
 * console.log(oneCopy('@tensorflow/tfjs-core'));
 * ```
 */
export const oneCopy = (packageName: string): string =>
  `Install one version for all: \`npm ls ${packageName}\` shows the copies, \`npm dedupe\` merges those of equal range, and ` +
  `"overrides": { "${packageName}": "$${packageName}" } in package.json makes every package use yours.`;

/**
 * Refuses what is a layers model, but none of the class that Espalier imports.
 *
 * @throws EspalierError `two-copies`.
 * @example
 * ```ts
 * import { refuseOtherCopy } from '@espalier/core/internal';
 *
 * if (!(model instanceof tfl.LayersModel)) refuseOtherCopy(model, 'my-plugin');
 * ```
 */
export function refuseOtherCopy(model: unknown, scope: string): void {
  if (typeof model !== 'object' || model === null || !('layers' in model && 'predict' in model)) return;
  throw new EspalierError({
    code: 'two-copies',
    scope,
    message:
      'the model was made by another copy of @tensorflow/tfjs-layers than the one that Espalier imports. ' +
      oneCopy('@tensorflow/tfjs-layers'),
  });
}
