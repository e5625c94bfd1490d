/**
 * The report's style sheet. Colours of modes and sources after Okabe and Ito, whom colour-blind people can tell apart, darker
 * on white and lighter on black, so that each has three times the contrast of what is behind it; lines differ by their dashes too.
 */
const MODES = ['origin', 'pull', 'nginx', 'swarm', 'deployment'];
const SOURCES = ['memory', 'disk', 'peers', 'webSeed'];

const filled = (name: string, colour: string): string =>
  `rect.${name} { fill: var(--${colour}); } span.${name} { border-color: var(--${colour}); }`;

export const STYLE = `
:root { --ink: #1c2430; --paper: #fff; --faint: #d5dae2; --soft: #5a6472; --warn: #a33a00; --good: #0a6b4b;
  --origin: #cf5300; --pull: #8a6d00; --nginx: #b04a86; --swarm: #0072b2; --deployment: #00805e;
  --memory: #00805e; --disk: #7a8594; --peers: #0072b2; --webSeed: #cf5300; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8ee; --paper: #12161c; --faint: #364050; --soft: #a3adbb; --warn: #ffab7a; --good: #6fd6ae;
    --origin: #ff8a45; --pull: #e8c34a; --nginx: #e59bc4; --swarm: #58b4f0; --deployment: #35c79a;
    --memory: #35c79a; --disk: #7a8594; --peers: #58b4f0; --webSeed: #ff8a45; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem clamp(1rem, 4vw, 2rem) 3rem; }
h1 { margin: 0 0 .5rem; line-height: 1.2; }
h2, figcaption { font-size: 1.1rem; font-weight: 600; line-height: 1.3; margin: 2.2rem 0 .7rem; }
figure { margin: 0; max-width: 720px; }
ul { padding-left: 1.2rem; }
code { overflow-wrap: anywhere; font-size: .95em; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.2rem; margin: 0; }
dt { color: var(--soft); }
dd { margin: 0; min-width: 0; }
.legend { font-size: .9rem; line-height: 1.8; margin: .3rem 0 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .35rem 1.1rem .35rem 0; border-bottom: 1px solid var(--faint); white-space: nowrap; }
thead th { color: var(--soft); font-weight: 500; }
tbody th { font-weight: 600; white-space: normal; min-width: 7rem; }
.lost { border-left: 4px solid var(--warn); padding-left: 1rem; }
.lost h2 { margin-top: 1.5rem; }
.missed { color: var(--warn); font-weight: 600; }
.met { color: var(--good); }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { fill: currentColor; font-size: 12px; }
svg text.group { font-weight: 600; font-size: 13px; }
svg text.loss { fill: var(--warn); }
svg.phone { display: none; }
@media (max-width: 36rem) { svg.phone { display: block; } svg.desktop { display: none; } }
polyline { fill: none; stroke-width: 2; stroke-linejoin: round; }
.grid { stroke: var(--faint); }
.mark { stroke: var(--ink); stroke-width: 1.5; fill: none; }
path.mark[d*="H"] { stroke-dasharray: 2 3; }
.legend span { display: inline-block; margin-right: 1rem; padding-left: .5rem; border-left: 1rem solid; }
.legend span.least { border-left-width: 2px; border-color: var(--ink); }
${MODES.map((mode) => `polyline.mode-${mode} { stroke: var(--${mode}); } ${filled(`mode-${mode}`, mode)}`).join('\n')}
polyline.mode-origin { stroke-dasharray: 7 3; }
polyline.mode-pull { stroke-dasharray: 4 2; }
polyline.mode-nginx { stroke-dasharray: 10 3 2 3; }
${SOURCES.map((source) => filled(`source-${source}`, source)).join('\n')}
`;
