import { readFile } from 'node:fs/promises';

/** The same work done by Espalier and by PyTorch on one machine, one after the other. */
export interface PeerTime {
  readonly work: string;
  readonly espalierSeconds: number;
  readonly pytorchSeconds: number;
  /** Version and threads of PyTorch. */
  readonly pytorch: string;
  /** Figures of both, e.g. test accuracy, to show that it is the same work. */
  readonly figures?: string;
}

/** The times kept in `peer-times.json`, beside the program; none where there is no such file. */
export async function readPeerTimes(file: URL): Promise<PeerTime[]> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as PeerTime[];
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return [];
    throw error;
  }
}
