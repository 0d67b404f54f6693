import { createServer } from 'node:net'

/** The ports the official tools use, so that connection strings people already have work. */
export const defaultPorts = {
  console: 7070,
  gateway: 8080,
  management: 8443,
  functions: 7071,
  blob: 10_000,
  queue: 10_001,
  table: 10_002,
  cosmos: 8081,
  messaging: 5672,
  eventGrid: 60_101,
} as const

const portMax = 65_535
const busyCodes = new Set(['EADDRINUSE', 'EACCES'])

/**
 * Gives each listener its port: consecutive ones from a number the user chose, free ones for `0`, else the
 * defaults. A busy default is replaced by a free port with one line; a busy port that was asked for is a fault.
 */
export class Ports {
  readonly #host: string
  readonly #say: (line: string) => void
  readonly #first: number | undefined
  readonly #taken = new Set<number>()
  #next: number

  constructor(options: { host: string; say: (line: string) => void; first?: number }) {
    this.#host = options.host
    this.#say = options.say
    this.#first = options.first
    this.#next = options.first ?? 0
  }

  /** The port for the next listener in the order of `endpoints.json`. */
  async take(name: string, defaultPort: number): Promise<number> {
    if (this.#first === 0) return 0
    const wanted = this.#first === undefined ? this.#unused(defaultPort) : this.#next++
    if (wanted > portMax) {
      throw new Error(
        `there is no port ${wanted} for ${name}: choose a lower first port with --port, or 0 for free ones`,
      )
    }
    this.#taken.add(wanted)
    if (await isFree(this.#host, wanted)) return wanted
    if (this.#first !== undefined) {
      throw new Error(
        `port ${wanted} (${name}) is in use: choose another first port with --port, or 0 for free ones`,
      )
    }
    this.#say(`port ${wanted} is in use: ${name} gets a free one`)
    return 0
  }

  #unused(port: number): number {
    return this.#taken.has(port) ? this.#unused(port + 1) : port
  }
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    // Any other fault, such as an address of another machine, is told by who listens there in earnest.
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(!busyCodes.has(error.code ?? '')),
    )
    server.listen(port, host, () => server.close(() => resolve(true)))
  })
}
