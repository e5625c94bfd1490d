/** Want-Repr-Digest and Want-Content-Digest (RFC 9530): whether a client asks for the one digest that nodes give. */

/** Longer than any list of the algorithms that are registered. */
const MAX_FIELD_CHARACTERS = 512;

/**
 * A dictionary of algorithms with preferences from 0 (not acceptable) to 10 (section 4). Of a repeated algorithm the
 * last counts, as in any dictionary (RFC 9651 section 3.2); what is malformed says nothing.
 */
export function wantsSha256(field: string | undefined): boolean {
  if (field === undefined || field.length > MAX_FIELD_CHARACTERS) return false;
  let preference = 0;
  for (const member of field.split(',')) {
    const match = /^[ \t]*([a-z*][a-z0-9_.*-]*)=(\d{1,2})[ \t]*$/.exec(member);
    if (match === null) return false;
    if (match[1] === 'sha-256') preference = Number(match[2]);
  }
  return preference >= 1 && preference <= 10;
}
