import { element, onChange } from '../element.js';
import type { State, Store } from '../state.js';

/** Where the run is kept, and whether the page works offline. */
export function showFooter(store: Store): void {
  store.show(
    onChange(
      ({ storage, offline }: State) => [storage, offline] as const,
      (storage, offline) => {
        element('storage').textContent = storage
          ? `Every half epoch is kept in ${storage}: close the tab, come back, and training goes on.`
          : '';
        element('offline').textContent = offline ? 'All files are kept too: this page works offline.' : '';
      },
    ),
  );
}
