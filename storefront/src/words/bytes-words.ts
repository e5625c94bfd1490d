/** Amounts of bytes, as people read them. */

/** `64 KiB`, `3.2 MiB`. */
export function bytesWords(bytes: number): string {
  if (bytes < 1024) return `${Math.round(bytes)} B`;
  if (bytes < 1024 * 1024) return `${trim(bytes / 1024)} KiB`;
  return `${trim(bytes / 1024 / 1024)} MiB`;
}

const trim = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value.toFixed(1).replace('.0', '');
