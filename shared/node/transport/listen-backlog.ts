/**
 * So many connections wait in the kernel to be accepted. Beyond them it drops what comes, and the other side's packets
 * come again later and later: after a standstill of some seconds under load with Node's 511, requests took 10 to 48 s and
 * were 408 then. Linux cuts this to net.core.somaxconn, 4,096 by default.
 */
export const LISTEN_BACKLOG = 4_096;
