/** What every .torrent of an origin says beside its info dictionary; edges write the same when they rebuild one. */
export function torrentUrls(publicUrl: string): {
  readonly announce: string;
  readonly webSeeds: readonly string[];
} {
  return { announce: `${publicUrl}/announce`, webSeeds: [`${publicUrl}/images/`] };
}

export const CREATED_BY = 'Shoal';
