/** The part of the report's script that redraws a chart of lines; it stands inside `reportScript`. */
export const chartScript = `
  const chartOf = (figure) => {
    const data = JSON.parse(figure.dataset.lines);
    const svg = figure.querySelector('svg');
    const plot = svg.querySelector('.root > g > g');
    if (!plot) return undefined;
    const { width, height, lines } = data;
    const title = svg.getAttribute('aria-label').split('. ', 1)[0];
    const kept = keep('chart ' + (figure.closest('[id]')?.id ?? '') + ' ' + title);
    const hidden = new Set((kept.hidden ?? []).filter((name) => lines.some((line) => line.name === name)));
    let view = { x: data.x.domain, y: data.y.domain };
    const whole = view;
    const still = [...plot.children].filter((node) => !/role-title|role-axis/.test(node.getAttribute('class')));
    const axes = [...plot.children].filter((node) => /role-axis/.test(node.getAttribute('class')));
    const live = draw('g', { class: 'live' });
    const cursor = draw('g', { class: 'cursor', 'pointer-events': 'none' });
    plot.append(live, cursor);
    const clip = 'clip-' + Math.abs([...figure.dataset.lines].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) | 0, charts.length));

    const forth = (axis, value) => (axis.log ? Math.log10(value) : value);
    const place = (axis, [low, high], size, value) =>
      ((forth(axis, value) - forth(axis, low)) / (forth(axis, high) - forth(axis, low))) * size;
    const px = (value) => place(data.x, view.x, width, value);
    const py = (value) => height - place(data.y, view.y, height, value);
    const back = (axis, [low, high], share) => {
      const value = forth(axis, low) + share * (forth(axis, high) - forth(axis, low));
      return axis.log ? 10 ** value : value;
    };
    const isWhole = lines.every(({ points }) => points.every(([x]) => Number.isInteger(x)));
    const outlines = { square: 'M-3-3H3V3H-3Z', 'triangle-up': 'M0-4 4 3H-4Z', diamond: 'M0-4 3 0 0 4-3 0Z' };
    const mark = (parent, x, y, fill, shape) =>
      shape ? draw('path', { d: outlines[shape], transform: 'translate(' + x + ',' + y + ')', fill }, parent) : draw('circle', { cx: x, cy: y, r: 2.4, fill }, parent);
    const shown = () => lines.filter(({ name }) => !hidden.has(name));

    const ticks = (axis, [low, high], count) => {
      if (axis.log && high / low >= 10) {
        const powers = [];
        for (let power = Math.ceil(Math.log10(low)); power <= Math.log10(high); power++) powers.push(10 ** power);
        if (powers.length > 1) return powers;
      }
      const step = 10 ** Math.floor(Math.log10((high - low) / count));
      const fitting = [1, 2, 5, 10].map((by) => by * step).find((by) => (high - low) / by <= count);
      const wide = axis === data.x && isWhole ? Math.max(1, fitting) : fitting;
      const first = Math.ceil(low / wide - 1e-9);
      const size = Math.max(0, Math.floor(high / wide + 1e-9) - first + 1);
      return Array.from({ length: size }, (_, i) => Number(((first + i) * wide).toPrecision(15)));
    };
    /* As many digits as tell values within a range apart. */
    const digitsIn = ([low, high]) => Math.min(15, 5 + Math.max(0, Math.round(Math.log10(Math.max(Math.abs(low), Math.abs(high)) / (high - low)))));

    const drawAxes = () => {
      const attributes = { 'font-family': 'sans-serif', 'font-size': '11px', fill: '#59636e' };
      for (const value of ticks(data.y, view.y, 6)) {
        draw('line', { x1: 0, x2: width, y1: py(value), y2: py(value), stroke: '#e7eaee' }, live);
        draw('text', { ...attributes, 'text-anchor': 'end', x: -4, y: py(value) + 3 }, live, show(value, digitsIn(view.y)));
      }
      for (const value of ticks(data.x, view.x, 8)) {
        draw('line', { x1: px(value), x2: px(value), y1: height, y2: height + 4, stroke: '#b3bac2' }, live);
        draw('text', { ...attributes, 'text-anchor': 'middle', x: px(value), y: height + 17 }, live, show(value, digitsIn(view.x)));
      }
      draw('line', { x1: 0, x2: width, y1: height, y2: height, stroke: '#b3bac2' }, live);
    };

    /* The picture stays as it was drawn until something is asked of it. */
    const redraw = () => {
      const asDrawn = view === whole && hidden.size === 0;
      for (const node of still) node.style.display = asDrawn ? '' : 'none';
      for (const axis of axes) {
        for (const part of axis.querySelectorAll('.role-axis-label,.role-axis-grid,.role-axis-tick,.role-axis-domain'))
          part.style.display = asDrawn ? '' : 'none';
      }
      live.replaceChildren();
      cursor.replaceChildren();
      tip.hidden = true;
      kept.hidden = [...hidden];
      kept.range = view === whole ? undefined : view.x;
      for (const button of buttons) {
        const isShown = !hidden.has(button.dataset.name);
        button.setAttribute('aria-pressed', String(isShown));
        button.setAttribute('aria-disabled', String(isShown && hidden.size === lines.length - 1));
      }
      reset.hidden = view === whole;
      if (asDrawn) return;
      drawAxes();
      const mask = draw('clipPath', { id: clip }, live);
      draw('rect', { x: -3, y: -3, width: width + 6, height: height + 6 }, mask);
      const inside = draw('g', { 'clip-path': 'url(#' + clip + ')', fill: 'none' }, live);
      for (const { points, color, dash, joined, shape } of shown()) {
        const spread = points.filter((point) => point.length > 2);
        if (spread.length > 1 && joined) {
          const upper = spread.map(([x, , , high]) => px(x) + ',' + py(high));
          const lower = spread.map(([x, , low]) => px(x) + ',' + py(low)).reverse();
          draw('path', { d: 'M' + [...upper, ...lower].join('L') + 'Z', fill: color, opacity: 0.16 }, inside);
        }
        let d = '';
        let pen = 'M';
        for (const [x, y] of points) {
          if (y === null) pen = 'M';
          else (d += pen + px(x) + ',' + py(y)), (pen = 'L');
        }
        if (joined) draw('path', { d, stroke: color, 'stroke-width': 2, 'stroke-dasharray': dash.join(',') }, inside);
        const dots = points.filter(([, y]) => y !== null);
        const every = !joined || points.length <= 60 ? 1 : shape ? Math.ceil(dots.length / 8) : Infinity;
        dots.forEach(([x, y], i) => i % every === 0 && mark(inside, px(x), py(y), color, shape));
      }
    };

    const bar = make('div', { class: 'lines', role: 'group', 'aria-label': 'Lines shown of ' + title }, figure);
    const buttons = lines.length < 2 ? [] : lines.map(({ name, label, color, dash, shape }) => {
      const button = make('button', { type: 'button', 'aria-pressed': 'true', title: 'Hide or show' + (label ? ' ' + name : '') }, bar);
      button.dataset.name = name;
      const key = draw('svg', { width: 22, height: 8, 'aria-hidden': 'true' }, button);
      draw('line', { x1: 0, x2: 22, y1: 4, y2: 4, stroke: color, 'stroke-width': 2, 'stroke-dasharray': dash.join(',') }, key);
      if (shape) mark(key, 11, 4, color, shape);
      button.append(label ?? name);
      button.addEventListener('click', () => {
        if (hidden.has(name)) hidden.delete(name);
        else if (hidden.size < lines.length - 1) hidden.add(name);
        redraw();
      });
      return button;
    });
    const closer = make('button', { type: 'button' }, bar, 'Zoom in');
    closer.addEventListener('click', () => zoomIn());
    const reset = make('button', { type: 'button', hidden: '' }, bar, 'Whole chart');
    reset.addEventListener('click', () => {
      zoom(whole.x);
      figure.focus();
    });
    figure.setAttribute('aria-description', 'Left and right arrow keys read the values, plus zooms in, Escape shows the whole.');
    const tip = make('div', { class: 'tip', 'aria-hidden': 'true', hidden: '' }, figure);

    const zoom = (range) => {
      if (range === whole.x) view = whole;
      else {
        const inside = shown().flatMap(({ points }) => points.filter(([x, y]) => y !== null && x >= range[0] && x <= range[1]));
        if (new Set(inside.map(([x]) => x)).size < 2) return;
        let low = inside.reduce((least, [, y, from]) => Math.min(least, y, from ?? y), Infinity);
        let high = inside.reduce((most, [, y, , to]) => Math.max(most, y, to ?? y), -Infinity);
        if (low === high) [low, high] = data.y.log ? [low / 1.1, high * 1.1] : [low - Math.abs(low || 1) * 0.05, high + Math.abs(high || 1) * 0.05];
        const room = data.y.log ? 1 : (high - low) * 0.04;
        view = { x: range, y: data.y.log ? [low / 1.02, high * 1.02] : [low - room, high + room] };
      }
      redraw();
    };

    const all = () => [...new Set(shown().flatMap(({ points }) => points.map(([x]) => x)))].filter((x) => x >= view.x[0] && x <= view.x[1]).sort((a, b) => a - b);
    const zoomIn = () => {
      const share = kept.at === undefined ? 0.5 : place(data.x, view.x, 1, kept.at);
      zoom([back(data.x, view.x, Math.max(0, share - 0.25)), back(data.x, view.x, Math.min(1, share + 0.25))]);
    };
    const point = (x) => {
      cursor.replaceChildren();
      tip.replaceChildren();
      tip.hidden = x === undefined;
      if (x === undefined) return;
      kept.at = x;
      tip.classList.toggle('left', px(x) > width / 2);
      draw('line', { x1: px(x), x2: px(x), y1: 0, y2: height, stroke: 'currentColor', opacity: 0.4 }, cursor);
      make('strong', {}, tip, (data.x.label || 'x') + ' ' + show(x, digitsIn(view.x) + 2));
      for (const { name, label, color, points } of shown()) {
        const found = points.find((one) => one[0] === x);
        if (!found) continue;
        const row = make('span', {}, tip);
        make('i', { style: 'background:' + color }, row);
        const digits = digitsIn(view.y);
        row.append((label ?? name) + ': ' + show(found[1], digits) + (found.length > 2 ? ' (' + show(found[2], digits - 1) + ' to ' + show(found[3], digits - 1) + ')' : ''));
        if (found[1] !== null) draw('circle', { cx: px(x), cy: py(found[1]), r: 4, fill: color }, cursor);
      }
    };
    const pointerX = (event) => {
      const box = plot.getScreenCTM();
      return Math.min(1, Math.max(0, (event.clientX - box.e) / box.a / width));
    };
    const nearest = (share) => {
      const value = back(data.x, view.x, share);
      return all().reduce((best, x) => (best === undefined || Math.abs(px(x) - px(value)) < Math.abs(px(best) - px(value)) ? x : best), undefined);
    };
    let from;
    svg.addEventListener('pointermove', (event) => {
      point(nearest(pointerX(event)));
      if (from === undefined) return;
      const to = pointerX(event);
      draw('rect', { x: Math.min(from, to) * width, y: 0, width: Math.abs(to - from) * width, height, fill: 'currentColor', opacity: 0.12 }, cursor);
    });
    svg.addEventListener('pointerdown', (event) => {
      if (event.pointerType === 'touch') return point(nearest(pointerX(event)));
      if (event.button !== 0) return;
      from = pointerX(event);
      svg.setPointerCapture(event.pointerId);
    });
    svg.addEventListener('pointerup', (event) => {
      if (from === undefined) return;
      const [low, high] = [from, pointerX(event)].sort((a, b) => a - b);
      from = undefined;
      if ((high - low) * width > 8) zoom([back(data.x, view.x, low), back(data.x, view.x, high)]);
    });
    svg.addEventListener('pointerleave', (event) => {
      if (event.pointerType === 'touch') return;
      point(undefined);
      kept.at = undefined;
    });
    svg.addEventListener('dblclick', () => zoom(whole.x));
    figure.addEventListener('blur', () => point(undefined));
    figure.addEventListener('keydown', (event) => {
      if (event.target !== figure) return;
      const places = all();
      const last = places.length - 1;
      const was = places.indexOf(kept.at);
      const next = {
        ArrowLeft: was < 0 ? last : Math.max(0, was - 1),
        ArrowRight: Math.min(last, was + 1),
        Home: 0,
        End: last,
      }[event.key];
      if (next !== undefined && last >= 0) {
        point(places[next]);
        say([...tip.children].map((row) => row.textContent).join(', '));
      } else if (event.key === 'Escape') zoom(whole.x);
      else if (event.key === '+') zoomIn();
      else return;
      event.preventDefault();
    });

    if (kept.range) zoom(kept.range);
    else if (hidden.size > 0) redraw();

    return {
      only(names) {
        hidden.clear();
        if (names && names.every((name) => lines.some((line) => line.name === name)))
          for (const { name } of lines) if (!names.includes(name)) hidden.add(name);
        redraw();
      },
    };
  };
`;
