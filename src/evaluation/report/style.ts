/** The report's style sheet: light and dark by the reader's setting, paper in print, one column on a phone. */
export const reportStyle = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #59636e; --paper: #f6f7f9; --card: #fff; --line: #d9dee4;
  --predicted: #0072b2; --sam: #d55e00; --removed: #b8860b; --boosted: #00845f; --edited: #e69f00; --rejected: #c0392b; --drawn: #8e63a8;
  --bad: #b3261e; --bad-paper: #fdecea; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #a3acb6; --paper: #14171b; --card: #1d2126; --line: #353c44;
  --predicted: #56b4e9; --sam: #ff8c4b; --removed: #e3c04b; --boosted: #3ecfa0; --edited: #e69f00; --rejected: #ff8a80; --drawn: #cc9be0;
  --bad: #ffb4ab; --bad-paper: #3b1f1d; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 0 1.25rem 3rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
main { max-width: 1080px; margin: 0 auto; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 2rem 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .5rem; }
h3 { font-size: .95rem; margin: 0 0 .5rem; } .pair + h3 { margin-top: 1.25rem; }
p { margin: 0 0 .75rem; max-width: 70ch; } .after { margin-top: .75rem; }
.soft, figcaption, small { color: var(--soft); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(134px, 1fr)); gap: .75rem; margin: 1.25rem 0; padding: 0; list-style: none; }
.card, figure { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .9rem 1rem; margin: 0; }
.card small { display: block; line-height: 1.35; margin-top: .15rem; }
.card b { display: block; font-size: 1.5rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.pair { display: grid; align-items: start; grid-template-columns: repeat(auto-fit, minmax(min(100%, 380px), 1fr)); gap: 1rem; }
figure.shot { align-self: start; } .gallery { grid-template-columns: repeat(auto-fill, minmax(min(100%, 380px), 1fr)); }
figure { break-inside: avoid; min-width: 0; }
figcaption { font-size: .85rem; margin-top: .5rem; }
svg { display: block; width: 100%; height: auto; max-width: 620px; font: 12px system-ui, sans-serif; }
svg text { fill: var(--ink); } svg .tick, svg .title { fill: var(--soft); }
svg .grid { stroke: var(--line); } svg .zero { stroke: var(--soft); } svg .axis { stroke: var(--soft); }
svg .ideal { stroke: var(--soft); stroke-dasharray: 4 4; }
.s-predicted { --c: var(--predicted); } .s-sam { --c: var(--sam); } .s-removed { --c: var(--removed); } .s-boosted { --c: var(--boosted); }
.s-accepted { --c: var(--boosted); } .s-edited { --c: var(--edited); } .s-rejected { --c: var(--rejected); } .s-drawn { --c: var(--drawn); }
svg .dot { fill: var(--c); } svg .whisker { stroke: var(--c); stroke-width: 3; stroke-linecap: round; opacity: .55; }
svg .bar { fill: var(--c); } svg .faint { fill: var(--c); opacity: .35; } svg .line { fill: none; stroke: var(--c); stroke-width: 2; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .4rem .75rem; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child > * { border-bottom: 0; } thead th { color: var(--soft); font-weight: 600; white-space: nowrap; }
td.n { white-space: nowrap; } td.n small { display: block; }
td.heat { white-space: nowrap; background: color-mix(in srgb, var(--predicted) var(--share), transparent); text-align: right; }
table.heats thead th + th { text-align: right; }
.swatch { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin-right: .35em; vertical-align: -.05em; background: var(--c); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; font-size: .85rem; margin: .5rem 0; padding: 0; list-style: none; }
.shot { margin-bottom: 1rem; } .shot h3 { overflow-wrap: anywhere; }
.panels { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: .5rem; }
.panels img { width: 100%; height: auto; display: block; border-radius: 4px; } .panels div { font-size: .8rem; color: var(--soft); }
.gate, .problems { border-left: 4px solid var(--bad); background: var(--bad-paper); border-radius: 6px; padding: .75rem 1rem; margin: 1rem 0; }
.problems h2 { font-size: 1rem; margin: 0 0 .25rem; } .problems details { overflow-wrap: anywhere; } .problems summary { padding: 0; }
.problems li + li { margin-top: .25rem; } a { color: inherit; }
.problems ul, .gate ul { margin: .25rem 0 0; padding-left: 1.2rem; overflow-wrap: anywhere; }
summary { cursor: pointer; padding: .5rem 0; }
@media (max-width: 560px) { body { padding: 0 .75rem 2rem; } .panels { gap: .25rem; }
  /* A measure takes two lines: its name and figures, then what it means. */
  .measures tr { display: flex; flex-wrap: wrap; border-bottom: 1px solid var(--line); } .measures th, .measures td { border: 0; }
  .measures tbody th, .measures .meaning { flex: 1 0 100%; padding-bottom: 0; } .measures .meaning { padding: 0 .75rem .5rem; color: var(--soft); font-size: .85rem; }
  .measures td.n, .measures thead th { flex: 1 0 0; padding-right: .25rem; } .measures thead th:first-child, .measures thead th:last-child { display: none; } }
@media print { :root { color-scheme: light; --ink: #000; --soft: #444; --paper: #fff; --card: #fff; --line: #bbb;
    --predicted: #0072b2; --sam: #d55e00; --removed: #b8860b; --boosted: #00845f; --rejected: #c0392b; --drawn: #8e63a8; --bad: #b3261e; --bad-paper: #fff; }
  @page { margin: 14mm 12mm; }
  body { font-size: 10pt; padding: 0; } main { max-width: none; } h1 { margin-top: 0; } h2 { margin-top: 1.5rem; }
  h2, h3, h2 + .legend, h2 + p, thead { break-after: avoid; } .shot, .card, .problems li, .gate, tr { break-inside: avoid; }
  .pair { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .6rem; } .cards { gap: .5rem; } .shot { margin: 0; padding: .5rem; }
  .scroll { overflow: visible; } table { font-size: 9pt; } th, td { padding: .25rem .5rem; }
  /* On paper nothing unfolds: every task that has a problem is named. */
  .problems details::details-content { content-visibility: visible; block-size: auto; } .problems summary { list-style: none; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
`;
