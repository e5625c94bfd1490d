/** The report's style sheet. Colours of modes and sources: Okabe and Ito's, which colour-blind people tell apart. */
export const STYLE = `
:root { --ink: #1c2430; --paper: #fff; --faint: #d5dae2; --warn: #a33a00; --good: #0a6b4b; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8ee; --paper: #12161c; --faint: #364050; --warn: #ffab7a; --good: #6fd6ae; }
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem; }
h1 { margin: 0 0 .5rem; }
h2, figcaption { font-size: 1.1rem; font-weight: 600; margin: 1.6rem 0 .5rem; }
figure { margin: 0; }
.facts, .legend { font-size: .9rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--faint); white-space: nowrap; }
.lost { border-left: 4px solid var(--warn); padding-left: 1rem; }
.missed { color: var(--warn); font-weight: 600; }
.met { color: var(--good); }
svg { width: 100%; height: auto; }
svg text { fill: currentColor; font-size: 12px; }
polyline { fill: none; stroke-width: 2; }
.grid { stroke: var(--faint); }
.legend span { margin-right: 1rem; padding-left: .5rem; border-left: 1rem solid; }
polyline.mode-origin { stroke: #d55e00; } span.mode-origin { border-color: #d55e00; }
polyline.mode-pull { stroke: #e69f00; } span.mode-pull { border-color: #e69f00; }
polyline.mode-nginx { stroke: #cc79a7; } span.mode-nginx { border-color: #cc79a7; }
polyline.mode-swarm { stroke: #0072b2; } span.mode-swarm { border-color: #0072b2; }
polyline.mode-deployment { stroke: #009e73; } span.mode-deployment { border-color: #009e73; }
rect.source-memory { fill: #009e73; } span.source-memory { border-color: #009e73; }
rect.source-disk { fill: #56b4e9; } span.source-disk { border-color: #56b4e9; }
rect.source-peers { fill: #0072b2; } span.source-peers { border-color: #0072b2; }
rect.source-webSeed { fill: #d55e00; } span.source-webSeed { border-color: #d55e00; }
`;
