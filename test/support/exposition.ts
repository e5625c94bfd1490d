/**
 * A strict reader of the Prometheus text format (version 0.0.4) and of the naming rules of prometheus.io: what it
 * refuses, some scraper or rule would stumble over.
 */

export interface Family {
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly help: string;
  /** By the sample's whole name with its labels, as it stands in the text. */
  readonly samples: Map<string, number>;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)\\})? (\\S+)$`);
const VALUE = /^(?:[+-]?Inf|NaN|[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/;
const SUFFIXES = { counter: [''], gauge: [''], histogram: ['_bucket', '_sum', '_count'], summary: [''] };
/** Units that are not base units, or stand for one under another name. */
const WRONG_UNIT =
  /_(?:ms|millis|milliseconds|microseconds|minutes|hours|kb|kib|mb|mib|kilobytes|percent)(?:_|$)/;

export function parseExposition(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, Family>();
  let name: string | undefined;
  let help: string | undefined;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const described = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    if (described === null) {
      if (line.startsWith('#')) throw new Error(`neither HELP nor TYPE: ${line}`);
      addSample(families.get(name ?? ''), name ?? '', line);
    } else if (described[1] === 'HELP') {
      if (families.has(described[2]!)) throw new Error(`described twice: ${line}`);
      name = described[2]!;
      help = described[3]!;
    } else {
      if (name === undefined || described[2] !== name || families.has(name))
        throw new Error(`TYPE without its HELP: ${line}`);
      const type = described[3] as Family['type'];
      if (!Object.hasOwn(SUFFIXES, type)) throw new Error(`unknown type: ${line}`);
      families.set(name, { type, help: help ?? '', samples: new Map() });
    }
  }
  return families;
}

function addSample(family: Family | undefined, name: string, line: string): void {
  const match = SAMPLE.exec(line);
  if (match === null || !VALUE.test(match[3]!)) throw new Error(`no sample: ${line}`);
  if (family === undefined) throw new Error(`a sample without a TYPE: ${line}`);
  if (!SUFFIXES[family.type].some((suffix) => match[1] === name + suffix))
    throw new Error(`a sample of another family than ${name}: ${line}`);
  const labels = (match[2] ?? '').match(new RegExp(LABEL, 'g')) ?? [];
  const names = labels.map((label) => label.slice(0, label.indexOf('=')));
  if (new Set(names).size !== names.length) throw new Error(`a label twice: ${line}`);
  const series = `${match[1]}{${[...labels].sort().join(',')}}`;
  if (family.samples.has(series)) throw new Error(`a series twice: ${line}`);
  family.samples.set(series, Number(match[3]!.replace('Inf', 'Infinity')));
}

/** What prometheus.io/docs/practices/naming asks of a name of our own; empty when it is kept. */
export function namingFaults(name: string, { type, help, samples }: Family): string[] {
  const faults: string[] = [];
  if (!/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/.test(name)) faults.push('not snake_case');
  if ((type === 'counter') !== name.endsWith('_total')) faults.push('_total is for counters, and for all');
  if (WRONG_UNIT.test(name)) faults.push('no base unit');
  if (/_(?:seconds|bytes)_(?!total$)/.test(name)) faults.push('the unit does not stand last');
  if (type === 'histogram' && !/_(?:seconds|bytes)$/.test(name)) faults.push('a histogram without unit');
  if (/_(?:bucket|sum|count|info_.*)$/.test(name)) faults.push('a suffix that is taken');
  if (!/^[A-Z0-9].*\.$/.test(help)) faults.push('help is no sentence');
  if (type === 'counter' && [...samples.values()].some((value) => value < 0))
    faults.push('a counter below 0');
  if (samples.size > 200) faults.push(`${samples.size} series`);
  return faults;
}
