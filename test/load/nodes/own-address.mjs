/**
 * Preloaded into a node (`node --import`): its connections leave from SHOAL_LOAD_ADDRESS, as they do from a machine
 * that has one address. So the relay knows whose link a connection goes through.
 */
import { Socket } from 'node:net';

const localAddress = process.env.SHOAL_LOAD_ADDRESS;
const { connect } = Socket.prototype;

Socket.prototype.connect = function connectFromOwnAddress(...given) {
  // net.connect hands over what it made of its arguments: a list with the options first.
  const [first] = given;
  const options = Array.isArray(first) ? first[0] : first;
  const isTcp = typeof options === 'object' && options !== null && options.port !== undefined;
  if (isTcp && options.path === undefined) options.localAddress ??= localAddress;
  return connect.apply(this, given);
};
