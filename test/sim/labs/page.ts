/**
 * A lab's page: each of its tables stands between a comment that names the command that prints it and an end mark, so that
 * no figure of a page is written by hand.
 */
const TABLE = /(<!-- npm run lab ([a-z-]+)(?: --( [^>]*?))? -->\n\n)([\s\S]*?)(\n\n<!-- end -->)/g;

export interface PageTable {
  readonly lab: string;
  readonly flags: readonly string[];
  /** As it stands in the page. */
  readonly text: string;
}

export function tablesOf(page: string): readonly PageTable[] {
  return [...page.matchAll(TABLE)].map(([, , lab = '', flags = '', text = '']) => ({
    lab,
    flags: wordsOf(flags),
    text,
  }));
}

/** The page with its tables written again. */
export function withTables(page: string, tableOf: (lab: string, flags: readonly string[]) => string): string {
  return page.replaceAll(
    TABLE,
    (_, head: string, lab: string, flags: string | undefined, __, end: string) =>
      `${head}${tableOf(lab, wordsOf(flags ?? ''))}${end}`,
  );
}

const wordsOf = (flags: string) => flags.split(' ').filter((word) => word !== '');
