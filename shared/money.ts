/** `4900, 'EUR'` as the shopper's language writes it; cents are hundredths in every currency of the catalog. */
export function formatPrice(priceCents: number, currency: string, language?: string): string {
  return new Intl.NumberFormat(language, {
    style: 'currency',
    currency,
    trailingZeroDisplay: 'stripIfInteger',
  }).format(priceCents / 100);
}
