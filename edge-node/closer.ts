/** A part that is open, and how it is closed; what was opened last is closed first. */
export type Closer = readonly [name: string, close: () => Promise<void> | void];
