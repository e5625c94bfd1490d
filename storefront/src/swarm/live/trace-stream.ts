/** One node's own log, as `GET /trace` sends it: a stream of lines that does not end while the node lives. */
import { TraceParser } from '../../../../shared/trace/parse.ts';
import type { RecordOf, TraceHeader, TraceRecord } from '../../../../shared/trace/record.ts';

export interface StreamWatch {
  /** The node has introduced itself. */
  readonly begun: (header: TraceHeader, self: RecordOf<'node'>) => void;
  readonly records: (records: readonly TraceRecord[]) => void;
  /** It is out of reach, or what it says is no log. */
  readonly ended: () => void;
}

/** @returns how to stop */
export function watchNode(baseUrl: string, watch: StreamWatch): () => void {
  const abort = new AbortController();
  void read(`${baseUrl}/trace`, abort.signal, watch).catch(() => {
    if (!abort.signal.aborted) watch.ended();
  });
  return () => abort.abort();
}

async function read(url: string, signal: AbortSignal, watch: StreamWatch): Promise<void> {
  const answer = await fetch(url, { signal, cache: 'no-store' });
  if (!answer.ok || answer.body === null) throw new Error(`answered ${answer.status}`);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  const parser = new TraceParser();
  let hasBegun = false;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const records = parser.feed(part.value);
    const [first] = records;
    if (!hasBegun && first !== undefined && parser.header !== undefined) {
      // The first record of a node's log is the node itself.
      if (first.type !== 'node') throw new Error('a log without its node');
      hasBegun = true;
      watch.begun(parser.header, first);
    }
    if (records.length > 0) watch.records(records);
  }
  watch.ended();
}
