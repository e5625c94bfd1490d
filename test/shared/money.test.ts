/** Prices as the shopper's language writes them. */
import { expect, it } from 'vitest';
import { formatPrice } from '../../shared/money.ts';

it('each language and currency writes in its own way, however many were asked before', () => {
  const currencies = Array.from(
    { length: 60 },
    (_, index) => `X${String.fromCharCode(65 + (index % 26), 65 + index / 26)}`,
  );
  for (let round = 0; round < 2; round++) {
    expect(formatPrice(4250, 'EUR', 'en')).toBe('€42.50');
    expect(formatPrice(4250, 'EUR', 'de')).toBe('42,50\u00a0€');
    expect(formatPrice(4200, 'EUR', 'en')).toBe('€42');
    expect(formatPrice(4200, 'USD', 'en')).toBe('$42');
    for (const currency of currencies) expect(formatPrice(100, currency, 'en')).toBe(`${currency}\u00a01`);
  }
});
