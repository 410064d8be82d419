// Instead of socket.io's package, the io that /js/socket.js made.
import { countJoins } from './mount.js'

export function io(...args) {
  const socket = globalThis.io(...args)
  guide.sockets.push(socket)
  countJoins(socket)
  return socket
}
