/**
 * Milliseconds since 1970 by a clock that nobody sets: when the machine's own is put back an hour, a view that goes by
 * it would stand still for that hour (High Resolution Time, section 4).
 */
export const wallNow = (): number => performance.timeOrigin + performance.now();
