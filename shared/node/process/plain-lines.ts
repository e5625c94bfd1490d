/**
 * Lines of level info with fields that are JSON already. For each line pino looks into its fields for those that hold
 * secrets, by path and to three levels: 40 µs, half of what an image from memory takes. A line that tells of each request has
 * a fixed list of fields, none of them so named, and does without. Known secrets are hidden here too.
 */
import { type DestinationStream, type Logger, symbols } from 'pino';
import { GatheredOutput, type LaterLine } from './gathered-output.ts';

/** @param fields makes further fields of the record, as they stand in a JSON object without its braces; called soon */
export type PlainLines = <T>(record: T, fields: (record: T) => string) => void;

/** What a logger of pino holds under `pino.symbols`, which are there for such uses. */
interface Inside {
  /** `,"name":"value"` for each binding. */
  readonly [symbols.chindingsSym]: string;
  readonly [symbols.streamSym]: DestinationStream;
  readonly [symbols.hooksSym]: { readonly streamWrite?: (line: string) => string };
}

/** @param log of {@link createLogger}; its bindings stand in each line */
export function plainLines(log: Logger): PlainLines {
  if (!log.isLevelEnabled('info')) return () => undefined;
  const {
    [symbols.chindingsSym]: bindings,
    [symbols.streamSym]: stream,
    [symbols.hooksSym]: { streamWrite = (line: string) => line },
  } = log as unknown as Inside;
  const time = isoTime();
  const write =
    stream instanceof GatheredOutput ? laterTo(stream) : (make: LaterLine) => stream.write(make());
  return (record, fields) => {
    const atMs = Date.now();
    write(() => streamWrite(`{"level":"info","time":"${time(atMs)}"${bindings},${fields(record)}}\n`));
  };
}

const laterTo = (output: GatheredOutput) => (make: LaterLine) => output.writeLater(make);

/** Many lines are written in a millisecond. */
function isoTime(): (atMs: number) => string {
  let lastMs = 0;
  let text = '';
  return (atMs) => {
    if (atMs !== lastMs) {
      lastMs = atMs;
      text = new Date(atMs).toISOString();
    }
    return text;
  };
}
