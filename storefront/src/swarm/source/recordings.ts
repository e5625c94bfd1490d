/** Recordings that come with the page (storefront/public/recordings). They need no node and no simulator. */
export const RECORDINGS: readonly string[] = ['three-edges', 'free-riders', 'a-liar'];
