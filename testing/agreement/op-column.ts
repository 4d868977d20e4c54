import { compileStep } from '@espalier/compile';
import {
  checkOperation,
  FURTHER_OPERATIONS,
  type Operation,
  OPERATIONS,
  runEagerly,
  type RunOperations,
} from '@espalier/testkit';

/** What TensorFlow.js and the compiler say. */
const NO_KERNEL = /not registered for backend|cannot be compiled/;

/** How an operation comes out on a backend. */
export type Outcome = 'right' | 'wrong' | 'wrong gradient' | 'no gradient' | 'no kernel';

/** Outcomes by operation. */
export type Column = Readonly<Record<string, Outcome>>;

/** Every operation on the active backend. */
export function opColumn(run: RunOperations = runEagerly): Promise<Column> {
  return columnOf([...OPERATIONS, ...FURTHER_OPERATIONS], run);
}

/** Every operation as a native graph. */
export function compiledColumn(): Promise<Column> {
  return opColumn(async (fn, inputs) => {
    const given = inputs.map((input) => ({ ...input, dtype: 'float32' as const }));
    const step = await compileStep((tensors) => fn([...tensors]), given);
    try {
      return (await step.run(given)) as Awaited<ReturnType<RunOperations>>;
    } finally {
      await step.dispose();
    }
  });
}

async function columnOf(operations: readonly Operation[], run: RunOperations): Promise<Column> {
  const column: Record<string, Outcome> = {};
  for (const operation of operations) column[operation.name] = await outcomeOf(operation, run);
  return column;
}

async function outcomeOf(operation: Operation, run: RunOperations): Promise<Outcome> {
  const problem = await problemOf(operation, run);
  if (problem === undefined) return 'right';
  if (NO_KERNEL.test(problem)) return 'no kernel';
  const forward = operation.cases.map((each) => ({ ...each, differentiable: false }));
  const alone = await problemOf({ ...operation, cases: forward }, run);
  if (alone !== undefined) return NO_KERNEL.test(alone) ? 'no kernel' : 'wrong';
  return /float64 gives/.test(problem) ? 'wrong gradient' : 'no gradient';
}

/** What is the matter, in the words of whoever noticed. */
function problemOf(operation: Operation, run: RunOperations): Promise<string | undefined> {
  return checkOperation(run, operation).then(
    () => undefined,
    (error: Error) => `${error.message} ${(error.cause as Error | undefined)?.message ?? ''}`,
  );
}
