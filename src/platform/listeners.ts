/**
 * The listeners of an instance but those of the apps, which each have their own. Nothing here survives a crash: a
 * restart opens them again.
 */
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { randomHex } from '../base/ids.ts'
import type { Logger } from '../base/logger.ts'
import { HttpServer } from '../protocols/http/server.ts'
import {
  openLocalAuthority,
  watchCertificate,
  type LocalAuthority,
} from '../protocols/tls/local-authority.ts'
import { cosmosDbHandler } from '../services/cosmos-db/rest.ts'
import { managedIdentityHandler } from '../services/entra-id/managed-identity-rest.ts'
import { entraIdHandler } from '../services/entra-id/rest.ts'
import { keyVaultHandler } from '../services/key-vault/rest.ts'
import { vaultHost } from '../services/key-vault/vault.ts'
import { Console } from '../services/monitor/console.ts'
import { blobHttpLimits } from '../services/storage/limits.ts'
import { azureFront, isForGateway } from './azure-front.ts'
import { newMessagingListener } from './messaging-listener.ts'
import { entraHosts, managementHost, validationHost } from './local-hosts.ts'
import { defaultPorts, type Ports } from './ports.ts'
import type { Services } from './services.ts'

export interface ListenersOptions extends Services {
  readonly dataDir: string
  readonly host: string
  readonly ports: Ports
  readonly logger: Logger
  readonly clock: Clock
}

/** What a listener is opened with. */
type Listening = Pick<
  ConstructorParameters<typeof HttpServer>[0],
  'handler' | 'tls' | 'upgradeHandler' | 'acceptsUpgrade' | 'limits'
>

/** Azure's own endpoints by TLS: tokens, management, vaults, and all that has a host name of Azure. */
export interface Front {
  /** `https://localhost:8443` */
  readonly url: string
  /** By address, as calls of the platform itself go there. */
  readonly origin: string
  readonly authority: LocalAuthority
}

/** Opens what the resources need, as they come, and tells by which names each is reached. */
export class Listeners {
  readonly #options: ListenersOptions
  readonly #origins = new Map<keyof typeof defaultPorts, string>()
  /** Listeners besides the front whose certificate is that of the local authority. */
  readonly #ownTls: Pick<HttpServer, 'useCertificate'>[] = []
  #running: { stop(): Promise<void> }[] = []
  #console: Console | undefined
  #front: Front | undefined
  #messagingPort: number | undefined
  #identityUrl = ''

  constructor(options: ListenersOptions) {
    this.#options = options
  }

  /** In the order of `endpoints.json`. */
  async start(): Promise<void> {
    const { monitor, entra, host, ports, logger, clock } = this.#options
    const port = await ports.take('console', defaultPorts.console)
    this.#console = new Console({ monitor, host, port, token: randomHex(16), logger, clock })
    await this.#console.start()
    this.#running.unshift(this.#console)
    const handler = managedIdentityHandler(entra.managedIdentities)
    const identity = await this.#listen('identity', { port: 0, handler })
    this.#identityUrl = `http://${host}:${identity.port}/msi/token`
    await this.openFront()
  }

  async stop(): Promise<void> {
    for (const listener of this.#running.splice(0)) await listener.stop()
  }

  get consoleUrl(): string {
    return this.#console?.url() ?? ''
  }

  /** `IDENTITY_ENDPOINT` of the programs that run here. */
  get identityUrl(): string {
    return this.#identityUrl
  }

  /** Absent where a template has nothing that calls or is called by one of Azure's names. */
  get front(): Front | undefined {
    return this.#front
  }

  /** Where AMQP is spoken, once there is a namespace. */
  get messagingPort(): number | undefined {
    return this.#messagingPort
  }

  /** `http://127.0.0.1:8080`, once something is published there. */
  origin(name: keyof typeof defaultPorts): string | undefined {
    return this.#origins.get(name)
  }

  /** Opens what newly deployed resources need, and serves their names. */
  async refresh(): Promise<void> {
    await this.openFront()
    await this.openDataPlanes()
  }

  /** The gateway, and the listener for Azure's names. */
  async openFront(): Promise<void> {
    const { apiManagement, cosmosDb, eventGrid, functions } = this.#options
    const { hosts, storage, keyVault, serviceBus } = this.#options
    const instances = apiManagement.instances()
    const vaults = await keyVault.vaults()
    const topics = eventGrid.endpoints()
    const accounts = storage.accounts.declared()
    const databases = cosmosDb.accounts()
    const namespaces = serviceBus.namespaces()
    const called = [instances, functions.sites(), vaults, topics, accounts, databases, namespaces]
    const isCalled = called.some((each) => each.length > 0)
    if (!isCalled) return
    if (instances.length > 0) {
      const origin = await this.#open('gateway', gatewayOf(apiManagement))
      hosts.serve(
        instances.map((instance) => instance.host),
        { origin },
      )
    }
    this.#front ??= await this.#startFront()
    const { origin, authority } = this.#front
    const names = [
      ...entraHosts,
      managementHost,
      ...vaults.map(({ name }) => vaultHost(name)),
      ...topics.map(({ host }) => host),
      ...accounts.flatMap(({ name }) => storageHosts(name)),
      ...databases.flatMap((account) => account.hosts),
    ]
    hosts.serve(names, { origin, ca: authority.ca })
  }

  /** The addresses that clients know from the official tools: storage, databases, topics. */
  async openDataPlanes(): Promise<void> {
    const { cosmosDb, eventGrid, functions, hosts, storage } = this.#options
    // Apps of others name the local account in their connection strings.
    if (storage.accounts.declared().length > 0 || functions.sites().length > 0) {
      await this.#open('blob', { handler: storage.blobHandler, limits: blobHttpLimits })
      await this.#open('queue', { handler: storage.queueHandler })
      await this.#open('table', { handler: storage.tableHandler })
    }
    if (this.#front && (cosmosDb.accounts().length > 0 || functions.sites().length > 0)) {
      // Apps of others name the local account in their connection strings.
      await cosmosDb.developmentAccount()
      const tls = { ...this.#front.authority.server, alsoPlain: true }
      await this.#open('cosmos', { handler: cosmosDbHandler(cosmosDb), tls })
    }
    if (eventGrid.topics.all().length > 0) {
      const origin = await this.#open('eventGrid', { handler: eventGrid.handler })
      hosts.serve([validationHost], { origin })
    }
    await this.#openMessaging()
  }

  /** The namespaces, by AMQP and by their administration; in TLS by Azure's names. */
  async #openMessaging(): Promise<void> {
    const { hosts, serviceBus } = this.#options
    const names = serviceBus.namespaces().map(({ name }) => `${name}.servicebus.windows.net`)
    if (names.length === 0 || !this.#front) return
    const { authority } = this.#front
    this.#messagingPort ??= await this.#startMessaging(authority)
    const port = this.#messagingPort
    hosts.serve(names, { origin: `https://${this.#options.host}:${port}`, ca: authority.ca })
    hosts.servePorts(names, { 5671: port, 5672: port })
  }

  async #startMessaging({ server: tls }: LocalAuthority): Promise<number> {
    const { messaging, ports, host, clock, logger } = this.#options
    const wanted = await ports.take('messaging', defaultPorts.messaging)
    const listener = newMessagingListener({ ...messaging, host, port: wanted, tls, clock, logger })
    const port = await listener.start()
    this.#running.unshift(listener)
    this.#ownTls.push(listener)
    return port
  }

  async #open(name: keyof typeof defaultPorts, listening: Listening): Promise<string> {
    const open = this.#origins.get(name)
    if (open !== undefined) return open
    const { host, ports } = this.#options
    const { port, server } = await this.#listen(name, {
      port: await ports.take(name, defaultPorts[name]),
      ...listening,
    })
    if (listening.tls) this.#ownTls.push(server)
    const origin = `http://${host}:${port}`
    this.#origins.set(name, origin)
    return origin
  }

  async #startFront(): Promise<Front> {
    const { dataDir, host, ports, clock, hosts, apiManagement, entra } = this.#options
    const { keyVault, storage, eventGrid, cosmosDb } = this.#options
    const dir = join(dataDir, 'tls')
    const authority = await openLocalAuthority({ dir, clock })
    const { server, port } = await this.#listen('management', {
      port: await ports.take('management', defaultPorts.management),
      handler: azureFront({
        management: apiManagement.managementHandler,
        entra: entraIdHandler(entra),
        gateway: apiManagement.gatewayHandler,
        routes: [
          { suffix: '.vault.azure.net', handler: keyVaultHandler(keyVault) },
          { suffix: '.blob.core.windows.net', handler: storage.blobHandler },
          { suffix: '.dfs.core.windows.net', handler: storage.blobHandler },
          { suffix: '.queue.core.windows.net', handler: storage.queueHandler },
          { suffix: '.table.core.windows.net', handler: storage.tableHandler },
          { suffix: '.eventgrid.azure.net', handler: eventGrid.handler },
          { suffix: '.documents.azure.com', handler: cosmosDbHandler(cosmosDb) },
        ],
        hosts: hosts.map,
      }),
      upgradeHandler: apiManagement.gatewayUpgradeHandler,
      acceptsUpgrade: isForGateway,
      // Policies look at what callers show; nobody has to show anything.
      tls: { ...authority.server, requestCert: true },
      // Files come this way too; what the other services take they check themselves.
      limits: blobHttpLimits,
    })
    const stopWatching = watchCertificate({
      dir,
      clock,
      onRenewed: (certificate) => {
        for (const each of [server, ...this.#ownTls]) each.useCertificate(certificate)
      },
    })
    this.#running.unshift({ stop: async () => stopWatching() })
    hosts.useFront({ port, ca: authority.ca })
    return { url: `https://localhost:${port}`, origin: `https://${host}:${port}`, authority }
  }

  async #listen(
    name: string,
    options: Listening & { readonly port: number },
  ): Promise<{ server: HttpServer; port: number }> {
    const { host, logger, clock } = this.#options
    const server = new HttpServer({ host, name, logger, clock, ...options })
    const port = await server.start()
    this.#running.unshift(server)
    return { server, port }
  }
}

function gatewayOf({
  gatewayHandler,
  gatewayUpgradeHandler,
}: Services['apiManagement']): Listening {
  return { handler: gatewayHandler, upgradeHandler: gatewayUpgradeHandler }
}

function storageHosts(account: string): string[] {
  return ['blob', 'dfs', 'queue', 'table'].map((kind) => `${account}.${kind}.core.windows.net`)
}
