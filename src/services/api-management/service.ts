// What survives a crash: the services and everything in them. What is in memory is a copy.
import type { Timer } from '../../base/clock.ts'
import { randomHex } from '../../base/ids.ts'
import { isJsonObject, parseJson, stringMember, type JsonObject } from '../../base/json.ts'
import type { Startable } from '../../base/lifecycle.ts'
import type { HttpHandler } from '../../protocols/http/server.ts'
import type { UpgradeHandler } from '../../protocols/http/upgrade.ts'
import { serviceNotFound, validationError } from './errors.ts'
import { vaultRefreshMs } from './limits.ts'
import { ManagementRest } from './rest.ts'
import { ServiceInstance } from './service-instance.ts'
import type { ApiManagementParts } from './service-parts.ts'

const serviceRecords = 'api-management/services'

/** Azure API Management: https://learn.microsoft.com/azure/api-management/ */
export class ApiManagement implements Startable {
  readonly #parts: ApiManagementParts
  readonly #instances = new Map<string, ServiceInstance>()
  readonly #rest: ManagementRest
  readonly #listeners = new Set<() => void>()
  #refresh: Timer | undefined
  #isRunning = false

  constructor(parts: ApiManagementParts) {
    this.#parts = parts
    this.#rest = new ManagementRest({
      find: (name) => this.#instances.get(name.toLowerCase()),
      verifyToken: (request) => parts.verifyManagementToken(request),
    })
  }

  /** Reads what services the store holds. */
  async start(): Promise<void> {
    for await (const page of this.#parts.store.scan({ collection: serviceRecords })) {
      for (const { body } of page) {
        const record = parseJson(body)
        if (!isJsonObject(record) || !isJsonObject(record['resource'])) continue
        await this.#add(stringMember(record, 'name') ?? '', record['resource']).load()
      }
    }
    this.#isRunning = true
    await this.#refreshSecrets()
  }

  async stop(): Promise<void> {
    this.#isRunning = false
    this.#refresh?.cancel()
    this.#instances.clear()
  }

  /** Calls back after a service came or went; returns the function that ends it. */
  onInstancesChanged(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  instances(): readonly ServiceInstance[] {
    return [...this.#instances.values()]
  }

  /** The service of that name; throws 404 when there is none. */
  instance(name: string): ServiceInstance {
    const instance = this.#instances.get(name.toLowerCase())
    if (!instance) throw serviceNotFound(name)
    return instance
  }

  /** Creates a service, or gives an existing one other properties and keeps what is in it. */
  async putService(name: string, resource: JsonObject): Promise<ServiceInstance> {
    checkName(name)
    const known = this.#instances.get(name.toLowerCase())
    await this.#parts.store.write([
      {
        kind: 'document.put',
        collection: serviceRecords,
        partition: '',
        id: name.toLowerCase(),
        body: JSON.stringify({ name, resource }),
        etag: randomHex(8),
      },
    ])
    const instance = known ?? this.#add(name, resource)
    instance.adopt(resource)
    await instance.furnish()
    if (!known) this.#tellListeners()
    return instance
  }

  async deleteService(name: string): Promise<void> {
    const instance = this.instance(name)
    await instance.remove()
    await this.#parts.store.write([
      {
        kind: 'document.delete',
        collection: serviceRecords,
        partition: '',
        id: name.toLowerCase(),
      },
    ])
    this.#instances.delete(name.toLowerCase())
    this.#tellListeners()
  }

  /** Calls to gateways: by the host name `<service>.azure-api.net`; by any that is not Azure's, to the first service. */
  readonly gatewayHandler: HttpHandler = (request, response) => {
    const host = (request.headers.host ?? '').toLowerCase()
    const instance = this.#instanceOf(host)
    if (!instance) throw serviceNotFound(host)
    return instance.handle(request, response)
  }

  /** The management REST: `/subscriptions/../providers/Microsoft.ApiManagement/service/..`. */
  readonly managementHandler: HttpHandler = (request, response) =>
    this.#rest.handle(request, response)

  /** WebSocket handshakes, for the server that calls come to. */
  readonly gatewayUpgradeHandler: UpgradeHandler = (request, socket, head) => {
    const host = (request.headers.host ?? '').toLowerCase()
    const instance = this.#instanceOf(host)
    if (!instance) throw serviceNotFound(host)
    return instance.upgrade(request, socket, head)
  }

  #instanceOf(host: string): ServiceInstance | undefined {
    const [name = ''] = host.split(':')
    const isAzures = name.endsWith('.azure-api.net')
    let first: ServiceInstance | undefined
    for (const instance of this.#instances.values()) {
      if (instance.host === name) return instance
      if (!isAzures) first ??= instance
    }
    return first
  }

  async #refreshSecrets(): Promise<void> {
    for (const instance of this.instances()) await instance.refreshSecrets()
    if (!this.#isRunning) return
    this.#refresh = this.#parts.clock.after(vaultRefreshMs, () => void this.#refreshSecrets())
  }

  #tellListeners(): void {
    for (const each of this.#listeners) each()
  }

  #add(name: string, resource: JsonObject): ServiceInstance {
    const instance = new ServiceInstance(name, resource, this.#parts)
    this.#instances.set(name.toLowerCase(), instance)
    return instance
  }
}

/** https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftapimanagement */
function checkName(name: string): void {
  if (/^[a-z](?:[a-z\d-]{0,48}[a-z\d])?$/i.test(name)) return
  const message =
    'The service name must start with a letter and contain only letters, digits and hyphens, 50 at most.'
  throw validationError([{ target: 'name', message }])
}
