import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { randomHex } from '../base/ids.ts'
import type { Logger } from '../base/logger.ts'
import type { MappedHost } from '../protocols/http/egress.ts'
import { HttpServer } from '../protocols/http/server.ts'
import {
  openLocalAuthority,
  watchCertificate,
  type LocalAuthority,
} from '../protocols/tls/local-authority.ts'
import { managedIdentityHandler } from '../services/entra-id/managed-identity-rest.ts'
import { entraIdHandler } from '../services/entra-id/rest.ts'
import { keyVaultHandler } from '../services/key-vault/rest.ts'
import { vaultHost } from '../services/key-vault/vault.ts'
import { Console } from '../services/monitor/console.ts'
import { azureFront } from './azure-front.ts'
import { entraHosts, managementHost } from './local-hosts.ts'
import { defaultPorts, type Ports } from './ports.ts'
import type { Services } from './services.ts'

export interface ListenersOptions extends Services {
  readonly dataDir: string
  readonly host: string
  readonly ports: Ports
  readonly logger: Logger
  readonly clock: Clock
}

/** The listeners of an instance but those of the function apps, which each have their own. */
export class Listeners {
  readonly #options: ListenersOptions
  #running: { stop(): Promise<void> }[] = []
  #console: Console | undefined
  #published: Published | undefined
  #identityPort = 0

  constructor(options: ListenersOptions) {
    this.#options = options
  }

  /** Opens them in the order of `endpoints.json`; those of Azure's endpoints where somebody may call them. */
  async start(): Promise<void> {
    const { monitor, host, ports, logger, clock, apiManagement, functions } = this.#options
    const { entra, keyVault } = this.#options
    const port = await ports.take('console', defaultPorts.console)
    this.#console = new Console({ monitor, host, port, token: randomHex(16), logger, clock })
    await this.#console.start()
    this.#running.unshift(this.#console)
    const handler = managedIdentityHandler(entra.managedIdentities)
    const identity = await this.#listen('identity', { port: 0, handler })
    this.#identityPort = identity.port
    const isCalled =
      apiManagement.instances().length > 0 ||
      functions.sites().length > 0 ||
      (await keyVault.vaults()).length > 0
    if (isCalled) this.#published = await this.#publish()
  }

  async stop(): Promise<void> {
    for (const listener of this.#running.splice(0)) await listener.stop()
  }

  get consoleUrl(): string {
    return this.#console?.url() ?? ''
  }

  /** `IDENTITY_ENDPOINT` of the programs that run here. */
  get identityUrl(): string {
    return `http://${this.#options.host}:${this.#identityPort}/msi/token`
  }

  /** Where published APIs, their management, tokens and vaults are; absent where a template has nothing that calls or is called. */
  get published(): Published | undefined {
    return this.#published
  }

  async #publish(): Promise<Published> {
    const { dataDir, host, ports, clock, hosts, apiManagement, entra, keyVault } = this.#options
    const gateway = await this.#openGateway()
    const dir = join(dataDir, 'tls')
    const authority = await openLocalAuthority({ dir, clock })
    const { server, port: frontPort } = await this.#listen('management', {
      port: await ports.take('management', defaultPorts.management),
      handler: azureFront({
        management: apiManagement.managementHandler,
        entra: entraIdHandler(entra),
        keyVault: keyVaultHandler(keyVault),
        hosts: hosts.map,
      }),
      tls: authority.server,
    })
    const stopWatching = watchCertificate({
      dir,
      clock,
      onRenewed: (certificate) => server.useCertificate(certificate),
    })
    this.#running.unshift({ stop: async () => stopWatching() })
    const front = { origin: `https://${host}:${frontPort}`, ca: authority.ca }
    hosts.useFront({ port: frontPort, ca: authority.ca })
    hosts.serve([...entraHosts, managementHost], front)
    await this.#serveVaults(front)
    return { gateway, front: `https://localhost:${frontPort}`, authority }
  }

  /** Vaults may come while the instance runs, when a template changes. */
  async #serveVaults(front: MappedHost): Promise<void> {
    const { hosts, keyVault, resources } = this.#options
    const stopListening = resources.onChanged(({ id, type }) => {
      const name = id.split('/').at(-1) ?? ''
      if (type.toLowerCase() === 'microsoft.keyvault/vaults') hosts.serve([vaultHost(name)], front)
    })
    this.#running.unshift({ stop: async () => stopListening() })
    const vaults = await keyVault.vaults()
    const names = vaults.map(({ name }) => vaultHost(name))
    hosts.serve(names, front)
  }

  async #openGateway(): Promise<string | undefined> {
    const { host, ports, hosts, apiManagement } = this.#options
    const names = apiManagement.instances().map((instance) => instance.host)
    if (names.length === 0) return undefined
    const { port } = await this.#listen('gateway', {
      port: await ports.take('gateway', defaultPorts.gateway),
      handler: apiManagement.gatewayHandler,
    })
    const origin = `http://${host}:${port}`
    hosts.serve(names, { origin })
    return origin
  }

  async #listen(
    name: string,
    options: Pick<ConstructorParameters<typeof HttpServer>[0], 'port' | 'handler' | 'tls'>,
  ): Promise<{ server: HttpServer; port: number }> {
    const { host, logger, clock } = this.#options
    const server = new HttpServer({ host, name, logger, clock, ...options })
    const port = await server.start()
    this.#running.unshift(server)
    return { server, port }
  }
}

/** Addresses of published APIs and of what belongs to them. */
export interface Published {
  /** Absent without API Management. */
  readonly gateway: string | undefined
  /** Entra ID and the management REST, over TLS by the local authority. */
  readonly front: string
  readonly authority: LocalAuthority
}
