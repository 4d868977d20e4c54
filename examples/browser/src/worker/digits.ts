import { type Dataset, fromIdx, gunzip } from 'espalier';

/** Addresses of the digits' files. */
export type DigitFiles = Readonly<
  Record<'trainImages' | 'trainLabels' | 'testImages' | 'testLabels', string>
>;

let loaded: Promise<{ readonly train: Dataset; readonly test: Dataset }> | undefined;

/** The digits to train on and those held out; loaded once. */
export function digits(files: DigitFiles): NonNullable<typeof loaded> {
  loaded ??= load(files).catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function load(files: DigitFiles): NonNullable<typeof loaded> {
  const [trainImages, trainLabels, testImages, testLabels] = await Promise.all(
    [files.trainImages, files.trainLabels, files.testImages, files.testLabels].map(bytesOf),
  );
  return {
    train: fromIdx({ images: trainImages!, labels: trainLabels!, flatten: true }),
    test: fromIdx({ images: testImages!, labels: testLabels!, flatten: true }),
  };
}

async function bytesOf(address: string): Promise<Uint8Array> {
  const response = await fetch(address);
  if (!response.ok)
    throw new Error(`The digits could not be loaded: ${address} answered ${response.status}.`);
  return gunzip(new Uint8Array(await response.arrayBuffer()));
}
