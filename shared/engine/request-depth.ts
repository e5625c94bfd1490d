/**
 * How many blocks to have outstanding at a node: enough to fill the path, few enough that the sender's queue
 * stays short and blocks stay free for other sources. Steered by the time from request to block, as delay-based
 * congestion control steers a window (RFC 6817 does so for uTP): below the target one more, far above it one less.
 */
export interface RequestDepthOptions {
  readonly minRequests: number;
  readonly initialRequests: number;
  readonly maxRequests: number;
  /** Queueing that is always allowed: below it a faster path could not be told from noise. */
  readonly targetLatencyMs: number;
}

/** The path's own delay is unknown; three times the smallest latency seen leaves one round trip of queue. */
const LATENCY_FACTOR = 3;

export class RequestDepth {
  readonly #options: RequestDepthOptions;
  #limit: number;
  #smallestLatencyMs = Number.POSITIVE_INFINITY;

  constructor(options: RequestDepthOptions) {
    this.#options = options;
    this.#limit = options.initialRequests;
  }

  get limit(): number {
    return Math.floor(this.#limit);
  }

  /**
   * A block came `latencyMs` after it was asked for.
   * @param outstanding requests that were out when it came, itself among them: below the limit, the limit did not
   *   hold anything back, and a short latency says nothing for a higher one
   */
  onBlock(latencyMs: number, outstanding: number): void {
    this.#smallestLatencyMs = Math.min(this.#smallestLatencyMs, latencyMs);
    const targetMs = Math.max(this.#options.targetLatencyMs, LATENCY_FACTOR * this.#smallestLatencyMs);
    if (latencyMs <= targetMs && outstanding >= this.limit)
      this.#limit = Math.min(this.#limit + 1, this.#options.maxRequests);
    else if (latencyMs > 2 * targetMs) this.#limit = Math.max(this.#limit - 1, this.#options.minRequests);
  }

  /** Requests were lost: begin again small. */
  onTimeout(): void {
    this.#limit = this.#options.minRequests;
  }
}
