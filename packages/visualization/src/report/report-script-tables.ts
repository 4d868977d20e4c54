/** The part of the report's script that sorts tables and compares two rows of one; it stands inside `reportScript`. */
export const tablesScript = `
  /* Numbers of cells: 98.2, 98.2 %, 98.2 \\u00b1 0.1, 1,234 */
  const read = (cell) => {
    const text = cell.textContent.replace(/\\u2212/g, '-').replace(/^\\s*\\u2248/, '').trim();
    const match = /^(-?[\\d,]+(?:\\.\\d+)?(?:e[-+]?\\d+)?)\\s*([^\\d\\s\\u00b1]*)(?:\\s*\\u00b1\\s*([\\d.,]+(?:e[-+]?\\d+)?))?/i.exec(text);
    if (!match) return undefined;
    const number = (part) => Number(part.replace(/,/g, ''));
    return { value: number(match[1]), unit: match[2], margin: match[3] === undefined ? undefined : number(match[3]) };
  };

  const sortable = (table, index) => {
    const body = table.tBodies[0];
    if (!body || body.rows.length < 2) return;
    const kept = keep('table ' + index);
    const original = [...body.rows];
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const name = head.textContent;
      const button = make('button', { type: 'button', class: 'sort' });
      button.append(...head.childNodes);
      head.append(button);
      const sort = (next) => {
        Object.assign(kept, { name, next });
        for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
        if (next === null) return body.append(...original);
        head.setAttribute('aria-sort', next);
        const sign = next === 'ascending' ? 1 : -1;
        const numeric = head.classList.contains('n');
        const key = (row) => (numeric ? read(row.cells[column])?.value : row.cells[column].textContent);
        body.append(
          ...[...original].sort((a, b) => {
            const [left, right] = [key(a), key(b)];
            if (left === undefined || right === undefined) return (left === undefined) - (right === undefined);
            return sign * (numeric ? left - right : left.localeCompare(right, 'en', { numeric: true }));
          }),
        );
      };
      button.addEventListener('click', () => {
        const was = head.getAttribute('aria-sort');
        const next = was === null ? 'ascending' : was === 'ascending' ? 'descending' : null;
        sort(next);
        say(next === null ? 'As it was' : 'Sorted by ' + name + ', ' + next);
      });
      if (kept.name === name && kept.next) sort(kept.next);
    });
  };

  const charts = [];

  const comparable = (table) => {
    const body = table.tBodies[0];
    if (!body || body.rows.length < 2) return;
    const kept = keep('compared');
    const named = (row) => row.cells[0].textContent;
    const chosen = [];
    const boxes = [];
    const foot = make('tfoot', {});
    const refresh = () => {
      foot.remove();
      foot.replaceChildren();
      for (const box of boxes) box.disabled = chosen.length === 2 && !box.checked;
      const names = chosen.map(named);
      kept.names = names;
      if (chosen.length === 2 || foot.dataset.shown) for (const chart of charts) chart.only(chosen.length === 2 ? names : undefined);
      foot.dataset.shown = chosen.length === 2 ? 'yes' : '';
      if (chosen.length < 2) return;
      const row = make('tr', {}, foot);
      make('th', { scope: 'row' }, row, names[1] + ' less ' + names[0]);
      [...chosen[0].cells].slice(1).forEach((cell, i) => {
        const [from, to] = [read(cell), read(chosen[1].cells[i + 1])];
        const column = table.tHead.rows[0].cells[i + 1];
        if (!column.classList.contains('n') || !from || !to) return void make('td', {}, row, '');
        const change = to.value - from.value;
        const noise = from.margin === undefined || to.margin === undefined ? undefined : Math.hypot(from.margin, to.margin);
        const text = (change > 0 ? '+' : '') + show(change) + (from.unit ? ' ' + from.unit : '');
        make('td', { class: 'n' }, row, noise !== undefined && Math.abs(change) <= noise ? text + ' (within the spread)' : text);
      });
      table.append(foot);
    };
    const choose = (row, isChosen) => {
      if (isChosen) chosen.push(row);
      else chosen.splice(chosen.indexOf(row), 1);
      refresh();
      const heads = [...table.tHead.rows[0].cells].map((head) => head.textContent);
      return [...(foot.rows[0]?.cells ?? [])].flatMap(({ textContent }, i) => (i === 0 ? textContent : textContent === '' ? [] : heads[i] + ' ' + textContent)).join(', ');
    };
    const before = kept.names ?? [];
    for (const row of body.rows) {
      const cell = row.cells[0];
      const label = make('label', { class: 'choose', title: 'Compare with another run' });
      const box = make('input', { type: 'checkbox', 'aria-label': 'Compare ' + cell.textContent }, label);
      boxes.push(box);
      cell.setAttribute('aria-label', cell.textContent);
      cell.prepend(label);
      box.addEventListener('change', () => say(choose(row, box.checked)));
    }
    for (const name of before) {
      const at = [...body.rows].findIndex((row) => named(row) === name);
      if (at < 0) continue;
      boxes[at].checked = true;
      choose(body.rows[at], true);
    }
  };
`;
