// Nothing here survives a crash: clients put their tokens again with each connection.
import type { Clock, Timer } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { AmqpConnection, AmqpConnectionHandler } from './amqp-connection.ts'
import { AmqpError } from './amqp-error.ts'
import type { AmqpMessage } from './amqp-message.ts'
import type { AmqpLink } from './amqp-session.ts'
import { textOf } from './amqp-value.ts'
import { grantsPerConnectionMax } from './limits.ts'
import { RequestNode } from './request-node.ts'
import type { NodeAnswer } from './request-node.ts'

/** What a client shows to be let in. */
export interface SecurityToken {
  readonly kind: 'sas' | 'jwt' | 'key'
  /** The token; for a key its value. */
  readonly text: string
  /** Of a key: its name. */
  readonly keyName?: string
  /** What it is for, `sb://host/orders`; empty for everything. */
  readonly audience: string
  /** The host that the connection means. */
  readonly hostname: string
}

/** What a token lets its bearer do on one connection. */
export interface Grant {
  readonly expiresAtMs: number
  covers(address: string): boolean
  /** Accepts the link or throws `AmqpError`. */
  attach(link: AmqpLink, connection: AmqpConnection): Promise<void>
}

/** A service that is reached by AMQP. */
export interface AmqpBroker {
  /** What the token grants; undefined when it is for something that is not of this service. Throws `AmqpError` for a bad one. */
  authorize(token: SecurityToken): Promise<Grant | undefined>
}

/** Joins the brokers of one listener: looks at tokens, and gives each link to the broker that granted its address. */
export class AmqpHost implements AmqpConnectionHandler {
  readonly #options: {
    readonly brokers: readonly AmqpBroker[]
    readonly clock: Clock
    readonly logger: Logger
  }
  readonly #access = new WeakMap<AmqpConnection, Access>()

  constructor(options: { brokers: readonly AmqpBroker[]; clock: Clock; logger: Logger }) {
    this.#options = options
  }

  async authenticate(
    connection: AmqpConnection,
    credentials: { readonly user: string; readonly password: string; readonly hostname: string },
  ): Promise<boolean> {
    const { user: keyName, password: text, hostname } = credentials
    const token: SecurityToken = { kind: 'key', text, keyName, audience: '', hostname }
    try {
      this.#accessOf(connection).put('', await this.#authorize(token))
      return true
    } catch (error) {
      if (error instanceof AmqpError) return false
      throw error
    }
  }

  async attach(connection: AmqpConnection, link: AmqpLink): Promise<void> {
    const access = this.#accessOf(connection)
    const address = addressOf(link)
    if (address === '$cbs') return access.cbs.serve(link)
    await access.grantFor(address).attach(link, connection)
  }

  #accessOf(connection: AmqpConnection): Access {
    const known = this.#access.get(connection)
    if (known) return known
    const { clock, logger } = this.#options
    const cbs = new RequestNode({
      handle: (message) => this.#putToken(connection, message),
      logger,
    })
    const access = new Access({ connection, clock, cbs })
    this.#access.set(connection, access)
    return access
  }

  async #putToken(connection: AmqpConnection, message: AmqpMessage): Promise<NodeAnswer> {
    const properties = message.applicationProperties ?? new Map()
    const kind = textOf(properties.get('type'))?.toLowerCase()
    const audience = textOf(properties.get('name')) ?? ''
    const { body } = message
    const text = body?.kind === 'value' ? textOf(body.value) : undefined
    if (properties.get('operation') !== 'put-token' || text === undefined) {
      return {
        status: 400,
        condition: 'amqp:not-implemented',
        description: 'Only put-token is supported.',
      }
    }
    const type = tokenKinds.get(kind ?? '')
    if (!type)
      return {
        status: 400,
        condition: 'amqp:invalid-field',
        description: `The token type '${kind}' is not supported.`,
      }
    try {
      const token: SecurityToken = { kind: type, text, audience, hostname: connection.hostname }
      this.#accessOf(connection).put(audience, await this.#authorize(token))
      return { status: 202, description: 'Accepted' }
    } catch (error) {
      if (!(error instanceof AmqpError)) throw error
      const status = error.condition === 'amqp:not-found' ? 404 : 401
      return { status, condition: error.condition, description: error.message }
    }
  }

  async #authorize(token: SecurityToken): Promise<Grant> {
    let refusal: AmqpError | undefined
    for (const broker of this.#options.brokers) {
      try {
        const grant = await broker.authorize(token)
        if (grant) return grant
      } catch (error) {
        if (!(error instanceof AmqpError)) throw error
        // Another broker of the same host may know the key.
        refusal = error
      }
    }
    throw refusal ?? unauthorized(token.audience)
  }
}

/** The tokens of one connection; links whose token has run out are closed. */
class Access {
  readonly cbs: RequestNode
  readonly #connection: AmqpConnection
  readonly #clock: Clock
  readonly #grants = new Map<string, Grant>()
  #timer: Timer | undefined

  constructor(options: { connection: AmqpConnection; clock: Clock; cbs: RequestNode }) {
    this.cbs = options.cbs
    this.#connection = options.connection
    this.#clock = options.clock
    options.connection.closed.addEventListener('abort', () => this.#timer?.cancel(), { once: true })
  }

  put(audience: string, grant: Grant): void {
    if (this.#grants.size >= grantsPerConnectionMax && !this.#grants.has(audience)) {
      throw new AmqpError('amqp:resource-limit-exceeded', 'The connection holds too many tokens.')
    }
    this.#grants.set(audience, grant)
    this.#watch()
  }

  grantFor(address: string): Grant {
    const nowMs = this.#clock.now()
    for (const grant of this.#grants.values()) {
      if (grant.expiresAtMs > nowMs && grant.covers(address)) return grant
    }
    throw unauthorized(address)
  }

  #watch(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    const times = [...this.#grants.values()].map(({ expiresAtMs }) => expiresAtMs)
    const nextMs = Math.min(...times)
    if (!Number.isFinite(nextMs) || this.#connection.closed.aborted) return
    this.#timer = this.#clock.after(nextMs - this.#clock.now(), () => this.#expire())
  }

  #expire(): void {
    const nowMs = this.#clock.now()
    for (const [audience, grant] of this.#grants) {
      if (grant.expiresAtMs <= nowMs) this.#grants.delete(audience)
    }
    for (const link of this.#connection.links()) {
      const address = addressOf(link)
      if (address === '$cbs') continue
      if ([...this.#grants.values()].some((grant) => grant.covers(address))) continue
      link.close(new AmqpError('amqp:unauthorized-access', 'ExpiredToken: The token is expired.'))
    }
    this.#watch()
  }
}

/** What a link is attached to, as the broker knows it. */
export function addressOf(link: AmqpLink): string {
  const terminus = link.role === 'incoming' ? link.target : link.source
  return terminus?.kind === 'coordinator' ? '$coordinator' : plainAddress(terminus?.address ?? '')
}

/** `orders` for `sb://host:5672/orders` and `/orders` */
export function plainAddress(address: string): string {
  return address.replace(/^[a-z]+:\/\/[^/]*/i, '').replaceAll(/^\/+|\/+$/g, '')
}

const tokenKinds: ReadonlyMap<string, SecurityToken['kind']> = new Map([
  ['servicebus.windows.net:sastoken', 'sas'],
  ['jwt', 'jwt'],
])

function unauthorized(address: string): AmqpError {
  return new AmqpError(
    'amqp:unauthorized-access',
    `Unauthorized access. A token with the needed claims was not put for '${address}'.`,
  )
}
