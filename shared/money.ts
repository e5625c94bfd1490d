/** The shop's currencies in the languages of those who visit it now; others are made anew. */
const MOST_WRITERS = 50;
/** Making one takes a slow phone 10 ms. */
const writers = new Map<string, Intl.NumberFormat>();

/** `4900, 'EUR'` as the shopper's language writes it; cents are hundredths in every currency of the catalog. */
export function formatPrice(priceCents: number, currency: string, language?: string): string {
  return writerOf(currency, language).format(priceCents / 100);
}

function writerOf(currency: string, language: string | undefined): Intl.NumberFormat {
  const key = `${currency} ${language}`;
  const known = writers.get(key);
  if (known !== undefined) return known;
  const writer = new Intl.NumberFormat(language, {
    style: 'currency',
    currency,
    trailingZeroDisplay: 'stripIfInteger',
  });
  if (writers.size >= MOST_WRITERS) writers.clear();
  writers.set(key, writer);
  return writer;
}
