/** Short words for what the page shows. */
import { bytesWords } from '../words/bytes-words.ts';

/** `0 B/s`, `1.5 MiB/s`; a dash for what nobody told yet. */
export const rateWords = (bytesPerSecond: number | undefined): string =>
  bytesPerSecond === undefined ? '–' : `${bytesWords(bytesPerSecond)}/s`;

/** `45 s`, `3 min 5 s`, `2 h 10 min`, `4 d 3 h`. */
export function durationWords(seconds: number): string {
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [Math.floor(seconds) % 60, 's'],
  ];
  const first = parts.findIndex(([value]) => value > 0);
  if (first < 0) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(' ');
}

/** `no limit`, `64 KiB/s`. */
export const limitWords = (bytesPerSecond: number): string =>
  bytesPerSecond === 0 ? 'no limit' : rateWords(bytesPerSecond);
