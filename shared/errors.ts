/**
 * Whose fault was it? Three classes, and each error has a stable code that docs/ERRORS.md lists.
 * Unions of codes stand beside the code that throws them.
 */

/** Another node, or whoever pretends to be one, broke a protocol: drop what it sent, perhaps the node. */
export class PeerError<Code extends string = string> extends Error {
  override readonly name = 'PeerError';
  readonly code: Code;
  constructor(code: Code, message: string) {
    super(message);
    this.code = code;
  }
}

/** A person's or a program's request, flag or upload was wrong; the message says what to do about it. */
export class UserError<Code extends string = string> extends Error {
  override readonly name = 'UserError';
  readonly code: Code;
  /** HTTP status that fits; flags have none. */
  readonly status: number;
  constructor(code: Code, status: number, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** We broke an invariant of our own. Never caught to go on: it ends the work at hand and is logged. */
export class InternalError extends Error {
  override readonly name = 'InternalError';
}

/** Asserts an invariant of ours. @throws InternalError */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InternalError(message);
}

/** Ends an exhaustive switch. @throws InternalError */
export function unreachable(value: never): never {
  throw new InternalError(`unexpected ${JSON.stringify(value)}`);
}
