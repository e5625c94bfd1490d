/** Reads the test runner's closing lines, fails on any skipped test, and prints `N passed, N failed` last. */
import { readFileSync } from 'node:fs';

const [log, status] = process.argv.slice(2);
const escapeCharacter = String.fromCharCode(27);
const text = readFileSync(log, 'utf8').replaceAll(new RegExp(`${escapeCharacter}\\[[0-9;]*m`, 'g'), '');
const line = text.split('\n').findLast((candidate) => /^\s*Tests\s+\d/.test(candidate)) ?? '';
const count = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0);
const passed = count('passed');
const failed = count('failed');
const skipped = count('skipped') + count('todo');
if (skipped > 0) console.log(`${skipped} skipped: under CI nothing may be skipped`);
const isGood = status === '0' && passed > 0 && failed === 0 && skipped === 0;
console.log(`${passed} passed, ${failed} failed`);
process.exit(isGood ? 0 : 1);
