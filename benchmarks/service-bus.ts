/**
 * Messages of 1 KB through Service Bus, on disk before they are accepted: by the official client against the same
 * client and a broker of `rhea` that keeps them in an array, and by a client of `rhea` end to end. Brokers are
 * processes of their own, the client is this one.
 */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import rhea from 'rhea'
import type { Connection } from 'rhea'
import { ChildProgram } from './child-program.ts'
import { formatRatio, interleave } from './rounds.ts'

const rounds = 3
const count = 4000
const rawCount = 12_000
const inFlight = 64
const body = Buffer.alloc(1024, 'x')
const goals = { sdk: 0.9, raw: 15_000 } as const
const connectionCount = 1000
const linksPerConnection = 10

interface Broker {
  readonly process: ChildProcess
  readonly port: number
  readonly name: string
  readonly key: string
}

export async function benchmarkServiceBus(): Promise<void> {
  const durable = await startBroker(new URL('./service-bus-child.js', import.meta.url))
  const echo = await startBroker(new URL('./service-bus-echo-child.js', import.meta.url))
  const client = new ChildProgram(
    new URL('../tests/conformance/service-bus/load-child.js', import.meta.url),
  )
  const result = await interleave({
    rounds,
    subject: () => throughOfficial(client, durable),
    floor: () => throughOfficial(client, echo),
  })
  process.stdout.write(
    `${formatRatio('official client, send + receive + settle', result, goals.sdk)}\n`,
  )
  const raw = await interleave({
    rounds,
    subject: () => throughRaw(durable),
    floor: () => throughRaw(echo),
  })
  process.stdout.write(
    `rhea client, send + receive + settle: ${Math.round(raw.subject)}/s (goal >= ${goals.raw}), floor ${Math.round(raw.floor)}/s\n`,
  )
  process.stdout.write(`event loop: ${String(await ask(durable, 'loop', 'loop'))}\n`)
  await measureIdle(durable)
  client.stop()
  for (const broker of [durable, echo]) broker.process.disconnect()
}

async function startBroker(program: URL): Promise<Broker> {
  const child = fork(program, { execArgv: ['--expose-gc'] })
  const [message] = await once(child, 'message')
  return { process: child, ...readBroker(message) }
}

function readBroker(message: unknown): Omit<Broker, 'process'> {
  const { port, name, key } = Object(message)
  return { port: Number(port), name: String(name), key: String(key) }
}

async function ask(broker: Broker, question: string, field: string): Promise<unknown> {
  const answer = once(broker.process, 'message')
  broker.process.send(question)
  const [message] = await answer
  return Reflect.get(Object(message), field)
}

async function throughOfficial(client: ChildProgram, broker: Broker): Promise<number> {
  const key = `SharedAccessKeyName=${broker.name};SharedAccessKey=${broker.key}`
  const connectionString = `Endpoint=sb://localhost:${broker.port};${key};UseDevelopmentEmulator=true;`
  const { rate } = await client.ask({ connectionString, count, inFlight })
  return Number(rate)
}

function connectRaw(broker: Broker): Connection {
  return rhea.create_container().connect({
    host: '127.0.0.1',
    hostname: 'localhost',
    port: broker.port,
    username: broker.name,
    ...(broker.key === 'any' ? {} : { password: broker.key }),
    reconnect: false,
  })
}

async function throughRaw(broker: Broker): Promise<number> {
  const connection = connectRaw(broker)
  const payload = rhea.message.encode({ body: rhea.message.data_section(body) })
  const sender = connection.open_sender('bench')
  const receiver = connection.open_receiver({ source: 'bench', credit_window: 500 })
  const startMs = performance.now()
  let sent = 0
  let received = 0
  await new Promise<void>((resolve) => {
    sender.on('sendable', () => {
      while (sent < rawCount && sender.sendable()) {
        sent += 1
        sender.send(payload, undefined, 0)
      }
    })
    receiver.on('message', () => {
      received += 1
      if (received === rawCount) resolve()
    })
  })
  const rate = rawCount / ((performance.now() - startMs) / 1000)
  connection.close()
  await new Promise((resolve) => connection.once('connection_close', resolve))
  return rate
}

async function measureIdle(broker: Broker): Promise<void> {
  const before = Number(await ask(broker, 'memory', 'rssBytes'))
  const connections: Connection[] = []
  for (let at = 0; at < connectionCount; at += 1) {
    const connection = connectRaw(broker)
    connections.push(connection)
    for (let link = 1; link < linksPerConnection; link += 1) connection.open_sender('bench')
    const last = connection.open_sender('bench')
    await new Promise((resolve) => last.once('sendable', resolve))
  }
  const after = Number(await ask(broker, 'memory', 'rssBytes'))
  const each = Math.round((after - before) / connectionCount / 1024)
  process.stdout.write(
    `${connectionCount} connections with ${connectionCount * linksPerConnection} links: ${each} KB each\n`,
  )
  for (const connection of connections) connection.close()
}
