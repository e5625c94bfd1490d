/** IP literals as text and as bytes. */
import { invariant } from './errors.ts';

const GROUP = /^[0-9a-fA-F]{1,4}$/;
const MAPPED_PREFIX = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** Dotted form without leading zeros: RFC 6943 section 3.1.1 tells how `010.0.0.1` is read in two ways. */
export function parseIpv4(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(4);
  let at = 0;
  for (let i = 0; i < 4; i++) {
    const start = at;
    let value = 0;
    for (let code = text.charCodeAt(at); code >= 0x30 && code <= 0x39; code = text.charCodeAt(++at))
      value = value * 10 + code - 0x30;
    const isPart = at > start && at - start <= 3 && value <= 255;
    const hasLeadingZero = at - start > 1 && text.charCodeAt(start) === 0x30;
    // After the part stands a dot; after the last one nothing.
    const isEnd = i === 3 ? at === text.length : text.charCodeAt(at++) === 0x2e;
    if (!isPart || hasLeadingZero || !isEnd) return undefined;
    bytes[i] = value;
  }
  return bytes;
}

/** RFC 4291 section 2.2, without a zone. */
export function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.length <= 45 ? text.split('::') : [];
  if (halves.length === 0 || halves.length > 2) return undefined;
  const head = groupBytes(halves[0] as string, halves.length === 1);
  const tail = halves.length === 2 ? groupBytes(halves[1] as string, true) : [];
  if (!head || !tail) return undefined;
  const lengthBytes = head.length + tail.length;
  if (halves.length === 1 ? lengthBytes !== 16 : lengthBytes > 14) return undefined;
  const bytes = new Uint8Array(16);
  bytes.set(head);
  bytes.set(tail, 16 - tail.length);
  return bytes;
}

/** 4 or 16 bytes; an IPv4-mapped IPv6 address is the IPv4 address it maps. */
export function parseIp(text: string): Uint8Array | undefined {
  const bytes = parseIpv4(text) ?? parseIpv6(text);
  return bytes && unmapped(bytes);
}

/** Of 4 or 16 bytes; IPv6 in the form of RFC 5952, IPv4-mapped as IPv4. */
export function formatIp(bytes: Uint8Array): string {
  invariant(bytes.length === 4 || bytes.length === 16, 'an address is 4 or 16 bytes');
  const plain = unmapped(bytes);
  if (plain.length === 4) return plain.join('.');
  const groups = Array.from(
    { length: 8 },
    (_, i) => ((plain[2 * i] as number) << 8) | (plain[2 * i + 1] as number),
  );
  const { start, length } = longestZeros(groups);
  const hex = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  return length < 2 ? hex(0, 8) : `${hex(0, start)}::${hex(start + length, 8)}`;
}

function groupBytes(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    const ipv4 = mayEndInIpv4 && index === groups.length - 1 ? parseIpv4(group) : undefined;
    if (ipv4) bytes.push(...ipv4);
    else if (GROUP.test(group)) bytes.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255);
    else return undefined;
  }
  return bytes;
}

function unmapped(bytes: Uint8Array): Uint8Array {
  const isMapped = bytes.length === 16 && MAPPED_PREFIX.every((byte, index) => bytes[index] === byte);
  return isMapped ? bytes.subarray(12) : bytes;
}

/** The first of the longest runs of zero groups. */
function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}
