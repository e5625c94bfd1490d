/** Which SQLite: `node:sqlite` where the running Node has it, else the package with the same API. */

/** What both implementations offer and we use. */
export interface Statement {
  columns(): readonly unknown[];
  all(...parameters: never[]): unknown[];
  run(...parameters: never[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  iterate(...parameters: never[]): IterableIterator<unknown>;
}

/** To be held on to: one that is collected as garbage is closed, and gives its locks back. */
export interface Database {
  prepare(sql: string): Statement;
  exec(sql: string): void;
  close(): void;
  /** Not in the first versions of `node:sqlite`. */
  readonly isTransaction?: boolean;
}

export type DatabaseClass = new (path: string) => Database;

/** The package is loaded when it is asked for: an edge's workers open no database. */
export async function sqliteClass(): Promise<DatabaseClass> {
  const builtIn = process.getBuiltinModule?.('node:sqlite') as { DatabaseSync?: unknown } | undefined;
  const found = builtIn?.DatabaseSync ?? (await import('@photostructure/sqlite')).DatabaseSync;
  return found as DatabaseClass;
}
