/** Numbers of pixels as shops and browsers write them; `undefined` for what is absurd, which then counts as not given. */

/** Wider than any rung or screen; beyond it a number is a mistake or a probe. */
const MAX_PIXELS = 16_384;

// Scripts write numbers unrounded, to 17 digits: devicePixelRatio at 110 % zoom is 1.100000023841858.

export function parsePixels(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,6}(?:\.\d{1,17})?(?:px)?$/.test(text)) return undefined;
  const value = Number.parseFloat(text);
  return value >= 1 && value <= MAX_PIXELS ? value : undefined;
}

/** Device pixels per CSS pixel, 1 to 5 (the bounds of imgix). */
export function parsePixelRatio(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d(?:\.\d{1,17})?$/.test(text)) return undefined;
  const value = Number(text);
  return value >= 1 && value <= 5 ? value : undefined;
}
