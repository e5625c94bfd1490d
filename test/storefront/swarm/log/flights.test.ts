import { describe, expect, it } from 'vitest';
import type { MessageRecord, TraceRecord } from '../../../../shared/trace/record.ts';
import { type Flight, Flights } from '../../../../storefront/src/swarm/log/flights.ts';
import { Moments } from '../../../../storefront/src/swarm/log/moments.ts';

const ready = (t: number, node: number, link: number, peer: number): TraceRecord => ({
  t,
  type: 'linkReady',
  node,
  link,
  peer,
});
const message = (
  t: number,
  type: 'sent' | 'received',
  node: number,
  link: number,
  index: number,
): MessageRecord => ({
  t,
  type,
  kind: 'have',
  bytes: 9,
  node,
  link,
  index,
});

function flightsOf(records: readonly TraceRecord[]): Flights {
  const flights = new Flights();
  for (const record of records) flights.add(record);
  return flights;
}

function at(flights: Flights, ms: number): Flight[] {
  const seen: Flight[] = [];
  flights.at(ms, (flight) => seen.push(flight));
  return seen;
}

/** Nodes 0 and 1, joined by the ends 0 and 1. */
const linked = [ready(1, 0, 0, 1), ready(1, 1, 1, 0)];

describe('messages on their way', () => {
  it('what one end sent and the other received is one flight', () => {
    const flights = flightsOf([...linked, message(2, 'sent', 0, 0, 7), message(12, 'received', 1, 1, 7)]);
    expect(flights.all).toMatchObject([{ from: 0, to: 1, sentMs: 2, receivedMs: 12 }]);
    expect(at(flights, 1.9)).toHaveLength(0);
    expect(at(flights, 2)).toHaveLength(1);
    expect(at(flights, 11.9)).toHaveLength(1);
    expect(at(flights, 12)).toHaveLength(0);
  });

  it('an end that was taken for one to another node is one to that node from then on', () => {
    const flights = flightsOf([
      ready(1, 0, 0, 2),
      ready(1, 1, 1, 0),
      message(2, 'sent', 0, 0, 7),
      ready(3, 0, 0, 1),
      message(4, 'sent', 0, 0, 8),
      message(5, 'received', 1, 1, 8),
    ]);
    expect(flights.all).toMatchObject([
      { to: 2, receivedMs: 3 },
      { to: 1, receivedMs: 5 },
    ]);
  });

  it('live clocks differ: what was received a little before it was sent is under way no more', () => {
    const flights = flightsOf([
      ...linked,
      message(2, 'received', 1, 1, 7),
      message(5, 'sent', 0, 0, 7),
      message(6, 'sent', 0, 0, 8),
    ]);
    expect(flights.all[0]).toMatchObject({ sentMs: 5, receivedMs: 5 });
    expect(at(flights, 7).map(({ message: { index } }) => index)).toEqual([8]);
  });

  it('the same words twice are paired in the order of sending', () => {
    const flights = flightsOf([
      ...linked,
      message(2, 'sent', 0, 0, 7),
      message(3, 'sent', 0, 0, 7),
      message(5, 'received', 1, 1, 7),
      message(8, 'received', 1, 1, 7),
    ]);
    expect(flights.all.map(({ receivedMs }) => receivedMs)).toEqual([5, 8]);
  });

  it('both ways of a link are told apart', () => {
    const flights = flightsOf([
      ...linked,
      message(2, 'sent', 0, 0, 7),
      message(2, 'sent', 1, 1, 7),
      message(4, 'received', 0, 0, 7),
      message(6, 'received', 1, 1, 7),
    ]);
    expect(flights.all.map(({ from, receivedMs }) => [from, receivedMs])).toEqual([
      [0, 6],
      [1, 4],
    ]);
  });

  it('what is on its way when the connection ends is lost then', () => {
    const flights = flightsOf([
      ...linked,
      message(2, 'sent', 0, 0, 7),
      { t: 9, type: 'linkEnded', node: 0, link: 0, reason: 'error' },
    ]);
    expect(at(flights, 8)).toHaveLength(1);
    expect(at(flights, 9)).toHaveLength(0);
  });

  it('thousands of flights: only those under way are seen, in the order of sending', () => {
    const records: TraceRecord[] = [...linked];
    for (let i = 0; i < 2_000; i++) {
      if (i >= 3) records.push(message(10 * i + 5, 'received', 1, 1, i - 3));
      records.push(message(10 * i + 6, 'sent', 0, 0, i));
    }
    const flights = flightsOf(records);
    expect(at(flights, 5_000).map(({ number }) => number)).toEqual([497, 498, 499]);
    expect(at(flights, 0)).toEqual([]);
  });
});

describe('steps', () => {
  const moments = new Moments();
  for (const record of [
    { t: 5, type: 'pieceVerified', node: 0, set: 0, piece: 1 },
    { t: 5, type: 'pieceVerified', node: 1, set: 0, piece: 1 },
    { t: 9, type: 'pieceVerified', node: 0, set: 0, piece: 2 },
    { t: 10, type: 'chokingRound', node: 0, ranking: [] },
  ] satisfies TraceRecord[])
    moments.add(record);

  it('the next one and the one before; what happens in one moment is one step', () => {
    expect(moments.after('piece', 0)).toBe(5);
    expect(moments.after('piece', 5)).toBe(9);
    expect(moments.after('piece', 9)).toBeUndefined();
    expect(moments.before('piece', 9)).toBe(5);
    expect(moments.before('piece', 5)).toBeUndefined();
    expect(moments.after('round', 9)).toBe(10);
    expect(moments.after('message', 0)).toBeUndefined();
  });

  it('density counts each moment once, the last one too', () => {
    expect([...moments.density('piece', 9, 3)]).toEqual([0, 1, 1]);
  });
});
