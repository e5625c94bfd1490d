/**
 * Options of every TLS connection that a node makes itself. Said and not left to the default, which an environment
 * variable made for tests (`NODE_TLS_REJECT_UNAUTHORIZED`) turns off without a word (threat row 28). Who has an authority
 * of his own names it with `NODE_EXTRA_CA_CERTS`.
 */
export const CHECKED_TLS = { rejectUnauthorized: true } as const;
