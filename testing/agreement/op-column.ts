import {
  checkOperation,
  FURTHER_OPERATIONS,
  type Operation,
  OPERATIONS,
  runEagerly,
} from '@espalier/testkit';

/** How an operation comes out on a backend. */
export type Outcome = 'right' | 'wrong' | 'wrong gradient' | 'no gradient' | 'no kernel';

/** Every operation on the active backend, by name. */
export async function opColumn(): Promise<Record<string, Outcome>> {
  const column: Record<string, Outcome> = {};
  for (const operation of [...OPERATIONS, ...FURTHER_OPERATIONS])
    column[operation.name] = await outcomeOf(operation);
  return column;
}

async function outcomeOf(operation: Operation): Promise<Outcome> {
  const problem = await problemOf(operation);
  if (problem === undefined) return 'right';
  if (/not registered for backend/.test(problem)) return 'no kernel';
  const forward = operation.cases.map((each) => ({ ...each, differentiable: false }));
  const alone = await problemOf({ ...operation, cases: forward });
  if (alone !== undefined) return /not registered for backend/.test(alone) ? 'no kernel' : 'wrong';
  return /float64 gives/.test(problem) ? 'wrong gradient' : 'no gradient';
}

/** What is the matter, in the words of whoever noticed. */
function problemOf(operation: Operation): Promise<string | undefined> {
  return checkOperation(runEagerly, operation).then(
    () => undefined,
    (error: Error) => `${error.message} ${(error.cause as Error | undefined)?.message ?? ''}`,
  );
}
