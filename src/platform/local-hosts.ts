// Survives a crash: nothing that counts; the file for child processes is written anew at each start.
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import type { HostMapContent, LocalPorts } from '../processes/host-map-file.ts'
import type { HostMap, MappedHost } from '../protocols/http/egress.ts'

/** Azure's host names that are served on this machine, and by which listener. */
export class LocalHosts {
  /** Tells child processes of them; absent where nothing is started. */
  readonly file: string | undefined
  readonly #hosts = new Map<string, MappedHost>()
  readonly #ports = new Map<string, LocalPorts>()
  #front: { readonly port: number; readonly ca: string } | undefined

  constructor(options: { file?: string | undefined } = {}) {
    this.file = options.file
    // The ports that an earlier run had may be another program's now.
    if (this.file !== undefined) rmSync(this.file, { force: true })
  }

  /** From now on calls to these names go to a listener of ours. */
  serve(names: readonly string[], host: MappedHost): void {
    for (const name of names) this.#hosts.set(name.toLowerCase(), host)
    this.#tellChildren()
  }

  /** From now on child processes reach these ports of the names at ports of ours: `{ 5671: 5671 }` of AMQP. */
  servePorts(names: readonly string[], ports: LocalPorts): void {
    for (const name of names) {
      const known = this.#ports.get(name.toLowerCase())
      this.#ports.set(name.toLowerCase(), { ...known, ...ports })
    }
    this.#tellChildren()
  }

  /** The TLS listener for the names whose own listener speaks plain HTTP: it passes their requests on. */
  useFront(front: { readonly port: number; readonly ca: string }): void {
    this.#front = front
    this.#tellChildren()
  }

  readonly map: HostMap = (host) => this.#hosts.get(host.toLowerCase())

  #tellChildren(): void {
    if (this.file === undefined || !this.#front) return
    const { port, ca } = this.#front
    const hosts = new Map(this.#ports)
    for (const [name, host] of this.#hosts) {
      hosts.set(name, { ...portsOf(host, port), ...hosts.get(name) })
    }
    const content: HostMapContent = { ca, hosts: Object.fromEntries(hosts) }
    writeFileSync(`${this.file}.new`, JSON.stringify(content), { mode: 0o600 })
    renameSync(`${this.file}.new`, this.file)
  }
}

function portsOf({ origin }: MappedHost, frontPort: number): LocalPorts {
  const { protocol, port } = new URL(origin)
  return protocol === 'https:' ? { 443: Number(port) } : { 80: Number(port), 443: frontPort }
}

/** Names of Entra ID, of which tokens and their keys come; and of what tells an application who signed in. */
export const entraHosts = [
  'login.microsoftonline.com',
  'login.microsoft.com',
  'login.windows.net',
  'sts.windows.net',
  'graph.microsoft.com',
] as const

/** The name of the management REST. */
export const managementHost = 'management.azure.com'

/** The name by which Event Grid is reached to validate a webhook by hand. */
export const validationHost = 'rp-local.eventgrid.azure.net'
