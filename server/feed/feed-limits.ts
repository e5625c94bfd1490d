/** Every number of the feed, with its reason. Tests shorten the times. */
export interface FeedLimits {
  /** A client that says nothing after connecting holds a socket for no longer than this. */
  readonly helloMs: number;
  /** The signed heartbeat goes out this often; edges call the log stale after {@link headValidMs}. */
  readonly headEveryMs: number;
  /** Four heartbeats: one lost or late is no alarm. */
  readonly headValidMs: number;
  readonly pingEveryMs: number;
  /** No pong and no frame for so long: the socket is dead. Same as the registry's liveness. */
  readonly silentMs: number;
  /**
   * A batch must have left for the kernel within this. With {@link batchBytes} it is the slowest reader we keep,
   * about 35 KB/s; without it a socket that never reads would hold its buffer for ever (threat row 15).
   */
  readonly drainMs: number;
  /** Heads, asked for or not, and fleet frames are skipped for a socket that holds more: the next says it all again. */
  readonly backlogBytes: number;
  /** Limits of an `entries` frame, as the contract has them. */
  readonly batchEntries: number;
  readonly batchBytes: number;
  /** Frames from an edge: one `progress` every two seconds is usual. */
  readonly framesPerSecond: number;
  readonly framesBurst: number;
  /**
   * Hellos answered a second, beyond a burst: each reads an entry's hash, and joins a fleet list that all others are
   * told of. A thousand edges are back 5 s after a restart (threat row 50).
   */
  readonly hellosPerSecond: number;
  readonly hellosBurst: number;
  /** A hello that would wait longer is refused as `feed_full`: edges take silence of 15 s for a dead socket. */
  readonly helloWaitMs: number;
  /**
   * Before the seat of an edge whose socket is open is given to one that says it is the same, the first is asked and has
   * so long to answer: many round trips, and the wait of an edge that comes back while its old socket is half open.
   */
  readonly seatAnswerMs: number;
  /** Feed sockets in total: twice the largest fleet that the simulator runs. */
  readonly maxSockets: number;
  /** Per address; a test fleet on one machine stays below it. */
  readonly maxSocketsPerIp: number;
  /** Fleet changes within this time become one frame: a restart of many edges is not n squared frames. */
  readonly fleetCoalesceMs: number;
  /** So much longer for each socket: a thousand edges that come back would else be 90 MB of frames every 100 ms. */
  readonly fleetCoalesceMsPerSocket: number;
  /** Largest message from a client, checked by the WebSocket layer before it is buffered whole. */
  readonly maxFrameBytes: number;
}

export const FEED_LIMITS: FeedLimits = {
  helloMs: 5_000,
  headEveryMs: 5_000,
  headValidMs: 20_000,
  pingEveryMs: 3_000,
  silentMs: 10_000,
  drainMs: 15_000,
  backlogBytes: 262_144,
  batchEntries: 256,
  batchBytes: 524_288,
  framesPerSecond: 20,
  framesBurst: 100,
  hellosPerSecond: 200,
  hellosBurst: 100,
  helloWaitMs: 3_000,
  seatAnswerMs: 1_500,
  maxSockets: 2_048,
  maxSocketsPerIp: 256,
  fleetCoalesceMs: 100,
  fleetCoalesceMsPerSocket: 2,
  maxFrameBytes: 65_536,
};
