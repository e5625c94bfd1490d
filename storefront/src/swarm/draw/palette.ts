/** Colours of the picture, taken from the page's tokens: the canvas follows light and dark as everything else does. */
const NAMES = [
  'water',
  'deep',
  'ink',
  'soft',
  'line',
  'origin',
  'swarm',
  'want',
  'bad',
  'node',
  'focus',
] as const;

export type Palette = Readonly<Record<(typeof NAMES)[number], string>> & { readonly font: string };

export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const colours = Object.fromEntries(
    NAMES.map((name) => [name, style.getPropertyValue(`--swarm-${name}`).trim()]),
  ) as Record<(typeof NAMES)[number], string>;
  return { ...colours, font: style.fontFamily };
}
