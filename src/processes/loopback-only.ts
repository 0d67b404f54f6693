import net from 'node:net'

/**
 * Makes servers that name no address listen on 127.0.0.1. A library in an app that opens a server of its own
 * (the HTTP stream proxy of `@azure/functions` does) would otherwise be reachable from the network.
 */
export function holdToLoopback(): void {
  const original: (...args: unknown[]) => net.Server = Object(net.Server.prototype).listen
  Object.defineProperty(net.Server.prototype, 'listen', {
    configurable: true,
    writable: true,
    value: function listen(this: net.Server, ...args: unknown[]): net.Server {
      return Reflect.apply(original, this, toLoopback(args))
    },
  })
}

function toLoopback(args: unknown[]): unknown[] {
  const [first, second, ...rest] = args
  if (isListenOptions(first)) {
    const isOpen = first.path === undefined && first.fd === undefined && first.host === undefined
    return isOpen ? [{ ...first, host: '127.0.0.1' }, ...args.slice(1)] : args
  }
  if (first === undefined || typeof first === 'function') return [0, '127.0.0.1', ...args]
  if (typeof first === 'number' && typeof second !== 'string') {
    return second === undefined
      ? [first, '127.0.0.1', ...rest]
      : [first, '127.0.0.1', second, ...rest]
  }
  return args
}

function isListenOptions(value: unknown): value is { host?: string; path?: string; fd?: number } {
  return typeof value === 'object' && value !== null
}
