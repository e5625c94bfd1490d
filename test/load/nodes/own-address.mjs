/**
 * Preloaded into a node (`node --import`): its connections leave from SHOAL_LOAD_ADDRESS, as they do from a machine
 * that has one address. So the relay knows whose link a connection goes through.
 */
import { Socket } from 'node:net';

const localAddress = process.env.SHOAL_LOAD_ADDRESS;
const { connect } = Socket.prototype;

Socket.prototype.connect = function connectFromOwnAddress(first, ...others) {
  return connect.call(this, fromOwnAddress(first), ...others);
};

/** What is given stays as it is: an HTTP agent finds its connections again by their options. */
function fromOwnAddress(given) {
  // net.connect hands over what it made of its arguments: a list with the options first, and a mark that it is one.
  if (Array.isArray(given)) return Object.assign([], given, { 0: fromOwnAddress(given[0]) });
  // An HTTP agent's options have a path of null; a path that is one is that of a pipe.
  const isTcp = typeof given === 'object' && given !== null && given.port !== undefined && !given.path;
  return isTcp ? { localAddress, ...given } : given;
}
