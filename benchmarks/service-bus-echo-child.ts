/** The floor: a broker of `rhea` that keeps messages in an array and checks nothing. */
import rhea from 'rhea'
import type { Connection, Delivery, EventContext, Sender } from 'rhea'

const { types } = rhea
const container = rhea.create_container({
  treat_modified_as_released: false,
  session_buffer_size: 100_000,
})
const queue: unknown[] = []
const receivers = new Set<Sender>()
let replies: Sender | undefined
let tag = 0

function pump(): void {
  for (const sender of receivers) {
    while (queue.length > 0 && sender.sendable()) {
      const bytes = Buffer.alloc(16)
      bytes.writeUInt32BE(tag++, 12)
      const annotations = {
        'x-opt-sequence-number': types.wrap_long(tag),
        'x-opt-enqueued-time': types.wrap_timestamp(Date.now()),
        'x-opt-locked-until': types.wrap_timestamp(Date.now() + 60_000),
      }
      const next = queue.shift()
      sender.send({ ...Object(next), message_annotations: annotations }, bytes)
    }
  }
}

container.on('connection_open', () => {})
container.on('sender_open', ({ sender }: EventContext) => {
  if (!sender) return
  const address = sender.source.address
  sender.set_source({ address })
  if (address === '$cbs') replies = sender
  else receivers.add(sender)
})
container.on('receiver_open', ({ receiver }: EventContext) => {
  receiver?.set_target({ address: receiver.target.address })
})
container.on('sendable', pump)
container.on('sender_close', ({ sender }: EventContext) => {
  if (sender) receivers.delete(sender)
})
container.on('message', ({ message, receiver, delivery }: EventContext) => {
  if (receiver?.target.address === '$cbs') {
    replies?.send({
      correlation_id: String(message?.message_id),
      application_properties: { 'status-code': 202, 'status-description': 'ok' },
      body: undefined,
    })
    return
  }
  delivery?.accept()
  queue.push(message)
  pump()
})
container.on('accepted', ({ delivery }: EventContext) => settle(delivery))
container.on('connection_close', ({ connection }: EventContext) => forget(connection))
container.on('disconnected', ({ connection }: EventContext) => forget(connection))
container.on('error', () => {})

function forget(connection: Connection): void {
  for (const sender of receivers) if (sender.connection === connection) receivers.delete(sender)
}

function settle(delivery: Delivery | undefined): void {
  if (!delivery) return
  delivery.update(true, types.described_nc(types.wrap_ulong(0x24), types.wrap_list([])))
  // A client in peek-lock mode never settles: without this nothing more is sent after a buffer full.
  Reflect.set(delivery, 'remote_settled', true)
}

const server = container.listen({ port: 0, host: '127.0.0.1' })
server.on('listening', () => {
  const address = server.address()
  if (typeof address === 'object' && address) {
    process.send?.({ port: address.port, name: 'any', key: 'any' })
  }
})
process.on('disconnect', () => process.exit(0))
