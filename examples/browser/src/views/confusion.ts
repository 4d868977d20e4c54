import { element, onChange } from '../element.js';
import type { State, Store } from '../state.js';

const DIGITS = Array.from({ length: 10 }, (_, digit) => digit);

/** The confusion matrix as a table: rows are the digits, columns what the network takes them for. */
export function showConfusion(store: Store): void {
  const table = element<HTMLTableElement>('confusion');
  const head = table.createTHead().insertRow();
  head.append(document.createElement('td'), ...DIGITS.map((digit) => header(digit, 'col')));
  const body = table.createTBody();
  const cells = DIGITS.map((actual) => {
    const row = body.insertRow();
    row.append(header(actual, 'row'));
    return DIGITS.map(() => row.insertCell());
  });
  store.show(
    onChange(
      ({ confusion }: State) => [confusion] as const,
      (confusion) => {
        for (const actual of DIGITS) {
          const counts = confusion?.[actual] ?? [];
          const total = counts.reduce((sum, count) => sum + count, 0);
          for (const predicted of DIGITS) {
            const cell = cells[actual]![predicted]!;
            const count = counts[predicted] ?? 0;
            cell.textContent = count > 0 ? String(count) : '';
            cell.className = actual !== predicted ? 'wrong' : 2 * count > total ? 'right strong' : 'right';
            // Mistakes are few: a tenth of a digit's examples is as strong as it gets.
            const share = total > 0 ? count / total : 0;
            cell.style.setProperty('--share', String(Math.min(1, actual === predicted ? share : share * 10)));
            cell.title = total > 0 ? `${count} of ${total} ${actual}s taken for ${predicted}` : '';
          }
        }
      },
    ),
  );
}

function header(digit: number, scope: 'row' | 'col'): HTMLTableCellElement {
  const cell = document.createElement('th');
  cell.scope = scope;
  cell.textContent = String(digit);
  return cell;
}
