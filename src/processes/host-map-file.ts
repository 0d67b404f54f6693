import { readFileSync, statSync } from 'node:fs'
import { isJsonObject, objectMember, parseJson, stringMember } from '../base/json.ts'
import type { JsonObject } from '../base/json.ts'

/** Where an Azure name is served: ports of this machine by port of Azure's. */
export type LocalPorts = Readonly<Record<string, number>>

/** What the file holds: the names that are served here, and the authority of their certificates as PEM. */
export interface HostMapContent {
  readonly ca: string
  readonly hosts: Readonly<Record<string, LocalPorts>>
}

// An app may replace what these modules export; the names must still be found.
const readFile = readFileSync
const stat = statSync

/** The Azure names that are served on this machine, read again when the platform has written them anew. */
export class HostMapFile {
  readonly #file: string
  #writtenMs = -1
  #ca = ''
  #hosts: ReadonlyMap<string, LocalPorts> = new Map()

  constructor(file: string) {
    this.#file = file
  }

  ports(host: string): LocalPorts | undefined {
    this.#refresh()
    return this.#hosts.get(host.toLowerCase().replace(/\.$/, ''))
  }

  get ca(): string {
    return this.#ca
  }

  #refresh(): void {
    // Absent while no listener of Azure's names is open, and once the platform has gone.
    const writtenMs = stat(this.#file, { throwIfNoEntry: false })?.mtimeMs
    if (writtenMs === undefined || writtenMs === this.#writtenMs) return
    const content = parseJson(readFile(this.#file, 'utf8'))
    this.#writtenMs = writtenMs
    this.#ca = stringMember(content, 'ca') ?? ''
    const hosts = Object.entries(objectMember(content, 'hosts'))
    this.#hosts = new Map(
      hosts.flatMap(([name, ports]) => (isJsonObject(ports) ? [[name, toPorts(ports)]] : [])),
    )
  }
}

function toPorts(ports: JsonObject): LocalPorts {
  return Object.fromEntries(
    Object.entries(ports).flatMap(([port, local]) =>
      typeof local === 'number' ? [[port, local]] : [],
    ),
  )
}
