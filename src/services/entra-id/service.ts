// Survives a crash: applications, people, identities, signing keys, codes and refresh tokens. A sign-in page that was
// open has to be opened again.
import type { Clock } from '../../base/clock.ts'
import type { Startable } from '../../base/lifecycle.ts'
import type { Logger } from '../../base/logger.ts'
import type { Telemetry } from '../../base/telemetry.ts'
import type { KeySet } from '../../protocols/auth/key-set.ts'
import type { Store } from '../../store/store.ts'
import { ClientAuthentication } from './client-authentication.ts'
import { DeviceCodes } from './device-codes.ts'
import { Directory } from './directory.ts'
import type { GrantContext } from './grants/grant-context.ts'
import { ManagedIdentities } from './managed-identities.ts'
import { Registrations } from './registration.ts'
import { SealedGrants } from './sealed-grants.ts'
import { SignIn } from './sign-in.ts'
import { SigningKeys } from './signing-keys.ts'
import type { Tenant } from './tenant.ts'
import { TokenEndpoint } from './token-endpoint.ts'
import { TokenIssuer } from './token-issuer.ts'
import { UserTokens } from './user-tokens.ts'

export interface EntraIdOptions {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly telemetry: Telemetry
  readonly tenantId: string
  /** Default `Interline`. */
  readonly tenantName?: string
}

/** Microsoft Entra ID for one tenant: https://learn.microsoft.com/entra/identity-platform/ */
export class EntraId implements Startable {
  readonly tenant: Tenant
  readonly directory: Directory
  readonly registrations: Registrations
  readonly keys: SigningKeys
  readonly issuer: TokenIssuer
  readonly tokens: TokenEndpoint
  readonly signIn: SignIn
  readonly managedIdentities: ManagedIdentities
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly #logger: Logger
  readonly #sealed: SealedGrants

  constructor(options: EntraIdOptions) {
    const { store, clock, logger, telemetry, tenantId, tenantName = 'Interline' } = options
    this.clock = clock
    this.telemetry = telemetry
    this.#logger = logger
    const domain = `${tenantName.toLowerCase().replaceAll(/[^a-z\d]/g, '')}.onmicrosoft.com`
    const tenant = { id: tenantId.toLowerCase(), displayName: tenantName, domain }
    this.tenant = tenant
    const directory = new Directory(store)
    this.directory = directory
    this.registrations = new Registrations({ directory, tenant, clock })
    this.keys = new SigningKeys({ store, clock })
    this.issuer = new TokenIssuer({ tenant, keys: this.keys, clock })
    const authentication = new ClientAuthentication({ directory, tenant, clock })
    this.#sealed = new SealedGrants({ store, clock })
    const context = this.#context(authentication, new DeviceCodes(store))
    this.tokens = new TokenEndpoint(context)
    this.signIn = new SignIn(context)
    this.managedIdentities = new ManagedIdentities({ ...context, tenant })
  }

  async start(): Promise<void> {
    await this.directory.start()
    await this.keys.start()
    await this.#sealed.start()
    const applications = this.directory.applications().length
    this.#logger.info({ applications }, 'Entra ID started')
  }

  async stop(): Promise<void> {
    await this.keys.stop()
  }

  /** The keys that verify the tokens of this tenant; ask at each use, they rotate. */
  keySet(): KeySet {
    return this.keys.keySet()
  }

  #context(authentication: ClientAuthentication, deviceCodes: DeviceCodes): GrantContext {
    const { tenant, directory, issuer, keys, clock } = this
    const sealed = this.#sealed
    const now = (): number => clock.now()
    const userTokens = new UserTokens({ directory, tenant, issuer, sealed, now })
    const state = { directory, keys, sealed, deviceCodes }
    return { ...state, clock, tenant, authentication, issuer, userTokens }
  }
}
