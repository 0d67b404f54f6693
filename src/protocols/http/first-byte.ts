import type { Server } from 'node:https'
import { Socket } from 'node:net'

/** Of every TLS record that begins a handshake: https://www.rfc-editor.org/rfc/rfc8446#section-5.1 */
const handshakeByte = 0x16

/** Lets a TLS server serve clients that speak plain HTTP on its port: the first byte of a connection tells. */
export function listenByFirstByte(server: Server, timeoutMs: number): void {
  const [beginHandshake] = server.listeners('connection')
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    const fail = (): void => void socket.destroy()
    socket.setTimeout(timeoutMs, fail)
    socket.once('error', fail)
    socket.once('readable', () => {
      const first: unknown = socket.read(1)
      if (!Buffer.isBuffer(first)) return fail()
      socket.setTimeout(0)
      socket.off('timeout', fail)
      socket.off('error', fail)
      socket.unshift(first)
      if (first[0] === handshakeByte) beginHandshake?.call(server, socket)
      // What the TLS server does with a connection whose handshake is done is to read HTTP from it.
      else server.emit('secureConnection', socket)
    })
  })
}
