/** A recording's text becomes a log. It may come from the page, from a file or from anybody: it is parsed as such. */
import { PeerError } from '../../../../shared/errors.ts';
import { TraceParser } from '../../../../shared/trace/parse.ts';
import { headerLine, recordLine } from '../../../../shared/trace/write.ts';
import { SwarmLog } from '../log/swarm-log.ts';

/** More is no recording of a swarm that a page can show. */
export const MOST_BYTES = 300_000_000;
const CHUNK = 1 << 20;

/** @throws Error in words for the watcher */
export function readRecording(text: string): SwarmLog {
  if (text.length > MOST_BYTES) throw new Error('This recording is too long to be shown.');
  const parser = new TraceParser();
  let log: SwarmLog | undefined;
  try {
    for (let at = 0; at < text.length + 1; at += CHUNK) {
      // A recording that was cut ends without a line feed.
      const chunk = at + CHUNK > text.length ? `${text.slice(at)}\n` : text.slice(at, at + CHUNK);
      const records = parser.feed(chunk);
      if (parser.header !== undefined) log ??= new SwarmLog(parser.header, false);
      log?.append(records);
    }
  } catch (error) {
    throw new Error(whyNot(error));
  }
  if (log === undefined || log.records.length === 0) throw new Error('There is nothing in this recording.');
  return log;
}

function whyNot(error: unknown): string {
  if (!(error instanceof PeerError)) return 'This recording could not be read.';
  if (error.code === 'trace_version_unknown') return 'This recording is of another version of Shoal.';
  return `This is no recording of a swarm (${error.code}).`;
}

export function recordingBlob(log: SwarmLog): Blob {
  const lines = [headerLine(log.header)];
  for (const record of log.records) lines.push(recordLine(record));
  return new Blob(lines, { type: 'application/x-ndjson' });
}

/** Packed by gzip or plain: the first two bytes tell (RFC 1952). @throws Error in words for the watcher */
export async function openRecording(blob: Blob): Promise<SwarmLog> {
  const [first, second] = new Uint8Array(await blob.slice(0, 2).arrayBuffer());
  const isPacked = first === 0x1f && second === 0x8b;
  return readRecording(isPacked ? await unpacked(blob) : await blob.text());
}

/** A small file may unpack to any length: it is read until it is too long. */
async function unpacked(blob: Blob): Promise<string> {
  const reader = blob
    .stream()
    .pipeThrough(new DecompressionStream('gzip'))
    .pipeThrough(new TextDecoderStream())
    .getReader();
  let text = '';
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      text += part.value;
      if (text.length > MOST_BYTES) break;
    }
  } catch {
    // What came until it broke may be shown.
  }
  void reader.cancel().catch(() => undefined);
  return text;
}

/** @throws Error in words for the watcher */
export async function fetchRecording(name: string): Promise<SwarmLog> {
  const answer = await fetch(`/recordings/${name}.ndjson.gz`).catch(() => undefined);
  if (answer === undefined || !answer.ok) throw new Error(`The recording “${name}” is not there.`);
  return openRecording(await answer.blob());
}
