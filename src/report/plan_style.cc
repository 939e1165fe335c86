#include "report/plan_style.h"

namespace exeunt {

const char* const kPlanStyle = R"css(
:root {
  --groove: #eceff4; --edge: #8793a3; --hit: #7c3aed; --box: #c3ccd8;
  --h0: #fdf6ee; --h1: #fde9d3; --h2: #fcd7ae; --h3: #fbbf82; --h4: #f5a05a; --h5: #e67e3a; --h6: #c85a20; --h7: #9c3d10;
  --hx: #eef1f5; --cool-text: #1c2430; --hot-text: #ffffff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --groove: #232e3a; --edge: #6c7a8c; --hit: #b794ff; --box: #3a4757;
    --h0: #1f2731; --h1: #35291f; --h2: #4d3320; --h3: #6b4021; --h4: #8f5123; --h5: #bb6a2c; --h6: #e58d45; --h7: #ffbe85;
    --hx: #222c37; --cool-text: #e6ebf2; --hot-text: #1a120a;
  }
}
main:has(> .plan) { max-width: 1560px; }
code { font: .92em ui-monospace, "SF Mono", Consolas, monospace; overflow-wrap: anywhere; }
h2 { margin-bottom: 8px; }
.plan p { max-width: 110ch; }
.two + .scroll { margin-top: 14px; }
.tiles { margin: 16px 0; }
.plan h1 { font-size: 1.45rem; }
.plan .cards { grid-template-columns: repeat(auto-fill, minmax(min(100%, 330px), 1fr)); }
.plan .cards figure { max-width: none; }
.two { display: grid; gap: 14px; grid-template-columns: minmax(0, 1fr); margin-top: 14px; }
.two > * { min-width: 0; }
.path { font-size: .9rem; display: grid; grid-template-columns: 3.4em minmax(0, 1fr) minmax(5.6em, auto); gap: 10px; align-items: center; margin: 6px 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
svg.stacked { height: 22px; border-radius: 4px; }
svg .groove { fill: var(--groove); }
svg.cellbar { display: inline-block; width: 84px; height: 9px; border-radius: 3px; }
td.timed { white-space: nowrap; }
td.timed svg { margin-left: 10px; vertical-align: 0; }
th.text, td.text { text-align: left; }
td.name, .name { overflow-wrap: anywhere; }
.plan table a, .layers a, .graph a { color: inherit; }
.h0 rect, rect.h0 { fill: var(--h0); } .h1 rect, rect.h1 { fill: var(--h1); } .h2 rect, rect.h2 { fill: var(--h2); }
.h3 rect, rect.h3 { fill: var(--h3); } .h4 rect, rect.h4 { fill: var(--h4); } .h5 rect, rect.h5 { fill: var(--h5); }
.h6 rect, rect.h6 { fill: var(--h6); } .h7 rect, rect.h7 { fill: var(--h7); } .hx rect, rect.hx { fill: var(--hx); }
svg .swatch { stroke: var(--box); stroke-width: 1; }
.cellbar .h0, .cellbar .h1 { fill: var(--h2); }
svg.heat { max-width: 400px; }
svg.heat text { font-size: 10.5px; font-variant-numeric: tabular-nums; }
output:empty { display: none; }
.panel { padding: 0; overflow: hidden; display: flex; flex-direction: column; }
.tools { display: none; gap: 8px; align-items: center; padding: 10px 12px; border-bottom: 1px solid var(--rule); flex-wrap: wrap; }
.scripted .tools { display: flex; }
.tools input { flex: 1 1 9em; min-width: 7em; font: inherit; font-size: .92rem; padding: 5px 10px; color: var(--text);
  background: var(--page); border: 1px solid var(--rule); border-radius: 6px; }
.tools button { font: inherit; font-size: .92rem; min-width: 34px; padding: 4px 9px; color: var(--text); background: var(--page);
  border: 1px solid var(--rule); border-radius: 6px; cursor: pointer; }
.tools output { color: var(--soft); font-size: .85rem; min-width: 5.5em; }
.tools :focus-visible, .plan th :focus-visible, .layers a:focus-visible { outline: 2px solid var(--mix); outline-offset: 1px; }
.key { padding: 9px 12px; border-bottom: 1px solid var(--rule); }
.view { overflow: auto; padding: 6px; }
.scripted .view { max-height: min(78vh, 900px); cursor: grab; }
.scripted .view.held { cursor: grabbing; user-select: none; }
svg.graph { width: auto; height: auto; max-width: none; margin: 0 auto; }
.graph text { font-size: 12px; fill: var(--cool-text); font-variant-numeric: tabular-nums; }
.graph .small { font-size: 10.5px; }
.graph .strong { font-weight: 600; }
.graph .edge { fill: none; stroke: var(--edge); stroke-width: 1.4; }
.graph .dashed { stroke-dasharray: 5 4; }
.graph .edge.way { stroke: var(--mix); }
.graph text.way { fill: var(--mix); paint-order: stroke; stroke: var(--card); stroke-width: 4px; }
.graph .tip { fill: context-stroke; }
.graph .step rect { stroke: var(--box); stroke-width: 1; }
.graph .h5 text, .graph .h6 text, .graph .h7 text { fill: var(--hot-text); }
.graph .io rect { fill: var(--card); stroke: var(--edge); stroke-dasharray: 3 3; }
.graph .exit rect { fill: var(--mix); }
.graph .exit text { fill: var(--card); }
.graph .decision path { fill: var(--card); stroke: var(--mix); stroke-width: 1.6; }
.graph a:hover rect, .graph a:focus rect { stroke: var(--text); stroke-width: 2; }
.graph a:target rect, .graph a.hit rect { stroke: var(--hit); stroke-width: 3; }
.scripted .searching .graph a:not(.hit) { opacity: .35; }
tr:target td, tr.hit td { background: color-mix(in srgb, var(--hit) 16%, transparent); }
li.hit a, details.hit > summary { background: color-mix(in srgb, var(--hit) 16%, transparent); }
.segment { margin: 16px 0 6px; font-size: .95rem; }
.segment:first-child { margin-top: 0; }
.segment .soft { font-weight: 400; }
.layers { list-style: none; margin: 0; padding: 0; font-size: .88rem; }
.layers a { display: grid; grid-template-columns: 1.8em minmax(0, 1.9fr) minmax(56px, 1.4fr) 3.8em; gap: 8px; align-items: center;
  padding: 2px 4px; border-radius: 4px; text-decoration: none; }
.layers a:hover { background: var(--groove); }
.layers .id { color: var(--soft); text-align: right; font-variant-numeric: tabular-nums; }
.layers .what { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.layers svg.cellbar { width: 100%; height: 12px; }
.plan th button { all: unset; cursor: pointer; }
.plan th button::after { content: "\2195"; opacity: .45; margin-left: 4px; }
.plan th[aria-sort=ascending] button::after { content: "\2191"; opacity: 1; }
.plan th[aria-sort=descending] button::after { content: "\2193"; opacity: 1; }
td.chips { white-space: normal; }
.chips ul { display: flex; flex-wrap: wrap; gap: 4px 6px; list-style: none; margin: 0; padding: 0; }
.chips li { border: 1px solid var(--rule); border-radius: 999px; padding: 1px 9px; font-size: .84rem; background: var(--page); }
.chips li:not(:last-child)::after { content: " +"; color: var(--soft); }
.rival-list { display: grid; gap: 6px; grid-template-columns: minmax(0, 1fr); }
details { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; }
summary { padding: 6px 12px; cursor: pointer; font-size: .92rem; }
details .scroll { padding: 0 12px 10px; }
tr.taken td { font-weight: 600; }
ul.plain { padding-left: 1.2em; margin: 4px 0; max-width: 100ch; }
ul.plain li { margin: 4px 0; overflow-wrap: anywhere; }
.narrow-note { font-size: .85rem; color: var(--soft); }
.better { color: var(--good); font-weight: 600; } .worse { color: var(--warn); font-weight: 600; }
@media (max-width: 759px) { td svg.cellbar { width: 44px; } th, td { padding: 5px 7px; } }
@media (min-width: 1000px) {
  .two { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); align-items: start; }
  .two.even { align-items: stretch; }
  .scripted .sticky { position: sticky; top: 12px; }
}
@media print {
  :root { --page: #fff; }
  .tools, .plan th button::after { display: none !important; }
  .panel { display: block; overflow: visible; }
  /* A picture of several pages that starts inside a padded box is pushed on twice, past an empty page. */
  .view { display: contents; }
  .two { display: block; }
  .two > * { margin-bottom: 10px; }
  .sticky { position: static !important; }
  svg.graph { display: block; width: auto !important; height: auto !important; max-width: 100%; }
  svg.graph.short { max-height: 200mm; }
  .scroll { overflow: visible; }
  table { font-size: .68rem; } th, td { padding: 3px 4px; white-space: normal; } td.name { min-width: 8em; }
  svg.cellbar { width: 40px; }
  td.timed, td[data-v], .chips li { white-space: nowrap; }
  svg, rect { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  figure, .tile, tr, summary { break-inside: avoid; } h2, h3 { break-after: avoid; }
  .graph-head { break-before: page; }
}
)css";

const char* const kPlanScript = R"js(
(() => {
  'use strict';
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  document.documentElement.classList.add('scripted');

  // A panel: the picture of a graph that is zoomed by its own size, so that it scrolls as anything does.
  const panels = all('.panel').map(panel => {
    const view = panel.querySelector('.view');
    const svg = panel.querySelector('svg.graph');
    const box = svg.viewBox.baseVal;
    let scale = 1;
    const zoom = (to, x, y) => {
      const next = Math.min(4, Math.max(0.08, to));
      const left = (view.scrollLeft + x) * next / scale - x, top = (view.scrollTop + y) * next / scale - y;
      scale = next;
      svg.style.width = box.width * scale + 'px';
      svg.style.height = box.height * scale + 'px';
      view.scrollTo(left, top);
    };
    const width = () => (view.clientWidth - 14) / box.width;
    const by = factor => zoom(scale * factor, view.clientWidth / 2, view.clientHeight / 2);
    const actions = {
      'in': () => by(1.3), 'out': () => by(1 / 1.3), 'fit': () => zoom(Math.min(1.2, width()), 0, 0),
      'whole': () => zoom(Math.min(width(), (view.clientHeight - 14) / box.height), 0, 0)
    };
    all('button[data-zoom]', panel).forEach(b => b.addEventListener('click', actions[b.dataset.zoom]));
    view.addEventListener('wheel', e => {
      if (!e.ctrlKey) return;
      e.preventDefault();
      const r = view.getBoundingClientRect();
      zoom(scale * Math.exp(-e.deltaY / 300), e.clientX - r.left, e.clientY - r.top);
    }, { passive: false });
    let held = null;
    view.addEventListener('pointerdown', e => {
      if (e.pointerType !== 'mouse' || e.button !== 0) return;
      held = { x: e.clientX, y: e.clientY, left: view.scrollLeft, top: view.scrollTop, moved: false };
    });
    window.addEventListener('pointermove', e => {
      if (!held) return;
      const dx = e.clientX - held.x, dy = e.clientY - held.y;
      if (Math.abs(dx) + Math.abs(dy) > 4) { held.moved = true; view.classList.add('held'); }
      if (held.moved) view.scrollTo(held.left - dx, held.top - dy);
    });
    let drop = false;
    window.addEventListener('pointerup', () => {
      drop = held !== null && held.moved;
      held = null;
      view.classList.remove('held');
    });
    view.addEventListener('click', e => { if (drop) { e.preventDefault(); drop = false; } }, true);
    view.addEventListener('dragstart', e => e.preventDefault());
    if (width() < 1) zoom(Math.max(0.62, width()), 0, 0);
    const show = node => {
      const n = node.getBoundingClientRect(), v = view.getBoundingClientRect();
      view.scrollTo({ left: view.scrollLeft + n.left - v.left - (v.width - n.width) / 2,
                      top: view.scrollTop + n.top - v.top - (v.height - n.height) / 2, behavior: 'smooth' });
    };
    return { panel, view, show };
  });
  const reveal = node => panels.forEach(p => { if (p.view.contains(node)) p.show(node); });

  // Links to a box scroll within its panel; the page jumps only if the panel is out of sight.
  document.addEventListener('click', e => {
    const link = e.target.closest && e.target.closest('a[href^="#node-"]');
    if (!link) return;
    const node = document.getElementById(link.getAttribute('href').slice(1));
    if (!node) return;
    e.preventDefault();
    history.replaceState(null, '', '#' + node.id);
    all('.graph a.hit').forEach(n => n.classList.remove('hit'));
    node.classList.add('hit');
    const panel = node.closest('.panel'), r = panel.getBoundingClientRect();
    if (r.bottom < 120 || r.top > innerHeight - 120) panel.scrollIntoView({ block: 'start', behavior: 'smooth' });
    reveal(node);
  });

  // Search: marks the steps of whose box the words are told.
  all('input[type=search]').forEach(input => {
    const told = input.parentElement.querySelector('output');
    const panel = input.closest('.panel');
    let found = [], at = 0;
    const tell = () => { told.textContent = input.value.trim() === '' ? '' : found.length ? (at + 1) + ' of ' + found.length : 'nothing'; };
    input.addEventListener('input', () => {
      const words = input.value.trim().toLowerCase().split(/\s+/).filter(w => w);
      panel.classList.toggle('searching', words.length > 0);
      found = [];
      at = 0;
      all('svg.graph a.step', panel).forEach(node => {
        const text = node.querySelector('title').textContent.toLowerCase();
        const hit = words.length > 0 && words.every(w => text.includes(w));
        node.classList.toggle('hit', hit);
        if (hit) found.push(node);
        all('[data-step="' + node.dataset.step + '"]').forEach(other => other.classList.toggle('hit', hit));
      });
      if (found.length) reveal(found[0]);
      tell();
    });
    input.addEventListener('keydown', e => {
      if (e.key !== 'Enter' || !found.length) return;
      at = (at + (e.shiftKey ? found.length - 1 : 1)) % found.length;
      reveal(found[at]);
      tell();
    });
  });

  // Tables: a click on a heading sorts by it.
  all('table.sortable').forEach(table => {
    const body = table.tBodies[0];
    all('th', table).forEach((th, column) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = th.textContent;
      th.textContent = '';
      th.append(button);
      button.addEventListener('click', () => {
        const first = th.classList.contains('text') || column === 0 ? 'ascending' : 'descending';
        const other = first === 'ascending' ? 'descending' : 'ascending';
        const order = th.getAttribute('aria-sort') === first ? other : first;
        all('th', table).forEach(t => t.removeAttribute('aria-sort'));
        th.setAttribute('aria-sort', order);
        const value = row => { const c = row.cells[column]; return c.dataset.v === undefined ? c.textContent : Number(c.dataset.v); };
        const compare = (a, b) => typeof a === 'number' ? a - b : a.localeCompare(b, undefined, { numeric: true });
        const rows = Array.from(body.rows).sort((a, b) => compare(value(a), value(b)));
        if (order === 'descending') rows.reverse();
        body.append(...rows);
      });
    });
  });

  window.addEventListener('beforeprint', () => all('details').forEach(d => { d.open = true; }));
})();
)js";

}  // namespace exeunt
