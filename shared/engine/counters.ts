/** What an engine counts over its life. Bytes are payload. */
export interface EngineCounters {
  /** Payload over the wire, accepted. */
  fromPeersBytes: number;
  /** Payload from the web seed. */
  fromWebSeedBytes: number;
  /** Payload over the wire, sent. */
  uploadedBytes: number;
  /** Payload that came twice, or for nothing. */
  wastedBytes: number;
  /** Of these, what came twice because the web seed was raced for a reader. */
  racedBytes: number;
  failedPieces: number;
  /** Nodes banned, each time. */
  bans: number;
}

export const newCounters = (): EngineCounters => ({
  fromPeersBytes: 0,
  fromWebSeedBytes: 0,
  uploadedBytes: 0,
  wastedBytes: 0,
  racedBytes: 0,
  failedPieces: 0,
  bans: 0,
});
