import dns from 'node:dns'
import dnsPromises from 'node:dns/promises'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import tls from 'node:tls'
import { HostMapFile } from './host-map-file.ts'

const loopback = '127.0.0.1'
/** Nothing can listen there. */
const closedPort = 0

/**
 * Makes connections to the Azure names of a file lead to this machine, and their certificates trusted. It is done where
 * every library ends (sockets, TLS and name look-up), so that `node:https`, `fetch`, AMQP and database clients
 * are covered alike; SNI, Host and the check of the certificate stay those of the name. Other names are left alone.
 */
export function redirectHosts(file: string): void {
  const map = new HostMapFile(file)
  replaceSocketConnect(map)
  replaceTlsConnect(map)
  replaceLookup(map)
  syncBuiltinESMExports()
}

interface Target {
  readonly host?: unknown
  readonly port?: unknown
  readonly servername?: unknown
  readonly ca?: unknown
  readonly secureContext?: unknown
}

function replaceSocketConnect(map: HostMapFile): void {
  const original: (...args: unknown[]) => unknown = Object(net.Socket.prototype).connect
  replace(net.Socket.prototype, 'connect', function connect(this: unknown, ...args: unknown[]) {
    const { target, rest } = readArguments(args)
    const local = target && localTarget(target, map)
    return Reflect.apply(original, this, local ? [local, ...rest] : args)
  })
}

function localTarget(target: Target, map: HostMapFile): Target | undefined {
  const ports = typeof target.host === 'string' ? map.ports(target.host) : undefined
  if (!ports) return undefined
  // Any other port of the name is closed: what listens there on this machine is somebody else's.
  const port = ports[String(target.port)] ?? closedPort
  // An address to send from would not reach the loopback interface.
  const local = { host: loopback, port, family: 4, localAddress: undefined }
  return { ...target, ...local }
}

function replaceTlsConnect(map: HostMapFile): void {
  const original: (...args: unknown[]) => unknown = Object(tls).connect
  replace(tls, 'connect', function connect(this: unknown, ...args: unknown[]) {
    const { target, rest } = readArguments(args)
    const name = target?.servername ?? target?.host
    const isMapped = typeof name === 'string' && map.ports(name) !== undefined
    return Reflect.apply(
      original,
      this,
      isMapped ? [trusting(target ?? {}, map.ca), ...rest] : args,
    )
  })
}

// Done for each connection and not by the environment, which an app's own settings may replace.
function trusting(target: Target, ca: string): Target {
  if (target.secureContext !== undefined) {
    const native: unknown = Object(target.secureContext).context
    Object(native).addCACert?.(ca)
    return target
  }
  return { ...target, ca: target.ca === undefined ? [ca] : [target.ca, ca].flat() }
}

/** `connect` takes options, or a port with or without a host and options, and Node's own callers one list of both. */
function readArguments(args: readonly unknown[]): { target: Target | undefined; rest: unknown[] } {
  const [first, ...others] = args
  if (Array.isArray(first)) return readArguments(first.filter((each) => each !== null))
  if (isTarget(first)) return { target: first, rest: others }
  if (typeof first !== 'number' && !/^\d+$/.test(String(first))) {
    return { target: undefined, rest: others }
  }
  const host = others.find((each) => typeof each === 'string')
  const rest = others.filter((each) => typeof each === 'function')
  return { target: { ...others.find(isTarget), port: Number(first), host }, rest }
}

function isTarget(value: unknown): value is Target {
  return typeof value === 'object' && value !== null
}

function replaceLookup(map: HostMapFile): void {
  const lookup: (...args: unknown[]) => unknown = Object(dns).lookup
  replace(dns, 'lookup', function replaced(this: unknown, ...args: unknown[]) {
    const [host, ...others] = args
    const done = others.at(-1)
    if (!isServed(host, map) || typeof done !== 'function') return Reflect.apply(lookup, this, args)
    return process.nextTick(() => {
      if (wantsAll(others[0])) done(null, [address])
      else done(null, address.address, address.family)
    })
  })
  const lookupPromise: (...args: unknown[]) => unknown = Object(dnsPromises).lookup
  replace(dnsPromises, 'lookup', async function replaced(this: unknown, ...args: unknown[]) {
    if (!isServed(args[0], map)) return Reflect.apply(lookupPromise, this, args)
    return wantsAll(args[1]) ? [address] : address
  })
}

const address = { address: loopback, family: 4 }

function isServed(host: unknown, map: HostMapFile): boolean {
  return typeof host === 'string' && map.ports(host) !== undefined
}

function wantsAll(options: unknown): boolean {
  return Object(options).all === true
}

function replace(owner: object, name: string, value: (...args: unknown[]) => unknown): void {
  Object.defineProperty(owner, name, {
    configurable: true,
    writable: true,
    enumerable: true,
    value,
  })
}
