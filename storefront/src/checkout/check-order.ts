/** What the checkout asks, and what is wrong with an answer. Nothing of it ever leaves the page. */

export const ORDER_FIELDS = ['name', 'email', 'street', 'postcode', 'city'] as const;
export type OrderField = (typeof ORDER_FIELDS)[number];
export type OrderAnswers = Readonly<Record<OrderField, string>>;
export type OrderErrors = Partial<Readonly<Record<OrderField, string>>>;

export const EMPTY_ANSWERS: OrderAnswers = { name: '', email: '', street: '', postcode: '', city: '' };

/** Longest of each; addresses of mail have 254 characters at most (RFC 5321). */
export const LONGEST: Readonly<Record<OrderField, number>> = {
  name: 100,
  email: 254,
  street: 200,
  postcode: 12,
  city: 100,
};

const MISSING: Readonly<Record<OrderField, string>> = {
  name: 'Tell us who it is for.',
  email: 'We need an address to write to.',
  street: 'Tell us the street and number.',
  postcode: 'Tell us the postcode.',
  city: 'Tell us the town or city.',
};

/** Something, an @, and a host with a dot: only a letter that arrives would tell more. */
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@.]+$/;
/** Letters and digits of any country, with single blanks or dashes between them. */
const POSTCODE = /^[\p{L}\d]+(?:[ -][\p{L}\d]+)*$/u;

/** Empty: nothing is wrong. */
export function checkOrder(answers: OrderAnswers): OrderErrors {
  const errors = ORDER_FIELDS.map((field) => [field, errorOf(field, answers[field].trim())] as const);
  return Object.fromEntries(errors.filter(([, error]) => error !== undefined));
}

function errorOf(field: OrderField, answer: string): string | undefined {
  if (answer === '') return MISSING[field];
  if (answer.length > LONGEST[field]) return `That is longer than ${LONGEST[field]} characters.`;
  if (field === 'email' && !EMAIL.test(answer))
    return 'That is no e-mail address: it looks like name@example.com.';
  if (field === 'postcode' && !(POSTCODE.test(answer) && /\d/.test(answer)))
    return 'A postcode has letters and digits, such as 48001 or SW1A 1AA.';
  return undefined;
}
