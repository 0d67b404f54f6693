// Nothing here survives a crash: tokens are asked for again.
import type { Clock } from '../../../base/clock.ts'
import { type JsonObject, isJsonObject, stringMember, tryParseJson } from '../../../base/json.ts'
import type { TraceContext } from '../../../base/trace-context.ts'
import type { OutgoingHttp } from '../../../protocols/http/outgoing-http.ts'
import type { Connection } from '../authorization.ts'
import { connectionTokensMax, sendTimeoutMs } from '../limits.ts'
import { MessageBody } from './message-body.ts'

/** A token that a provider gave, with all that it said of it. */
export interface ConnectionToken {
  readonly accessToken: string
  readonly answer: JsonObject
  readonly endMs: number
}

/** A provider that gave no token. */
class TokenNotGiven extends Error {
  override readonly name = 'TokenNotGiven'
}

/** Asked for again this long before a token ends. */
const refreshMs = 60_000

/** The tokens of connections to credential providers: https://learn.microsoft.com/azure/api-management/credentials-overview */
export class ConnectionTokens {
  readonly #clock: Clock
  readonly #outgoing: OutgoingHttp
  readonly #known = new Map<string, Promise<ConnectionToken>>()

  constructor(parts: { clock: Clock; outgoing: OutgoingHttp }) {
    this.#clock = parts.clock
    this.#outgoing = parts.outgoing
  }

  /** The token of a connection, asked for once until it ends. */
  async get(connection: Connection, trace: TraceContext): Promise<ConnectionToken> {
    const { etag } = connection
    const known = await this.#known.get(etag)
    if (known && known.endMs - refreshMs > this.#clock.now()) return known
    const asking = this.#ask(connection, trace)
    this.#known.delete(etag)
    this.#known.set(etag, asking)
    const [oldest] = this.#known.keys()
    if (this.#known.size > connectionTokensMax && oldest !== undefined) this.#known.delete(oldest)
    try {
      return await asking
    } catch (error) {
      this.#known.delete(etag)
      throw error
    }
  }

  async #ask(connection: Connection, trace: TraceContext): Promise<ConnectionToken> {
    const { tokenUrl, clientId, clientSecret, scope } = connection
    if (!URL.canParse(tokenUrl)) throw new TokenNotGiven('The connection has no token endpoint.')
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      ...(scope === undefined ? {} : { scope }),
    })
    const { status, body } = await this.#outgoing.send({
      url: tokenUrl,
      method: 'POST',
      headers: ['content-type', 'application/x-www-form-urlencoded', 'accept', 'application/json'],
      body: Buffer.from(form.toString()),
      timeoutMs: sendTimeoutMs,
      isDeclared: false,
      trace,
    })
    const content = MessageBody.received(body)
    await content.buffer()
    const answer = tryParseJson(Buffer.from(content.bytes ?? []).toString('utf8'))
    const accessToken = stringMember(answer, 'access_token')
    if (status !== 200 || accessToken === undefined || !isJsonObject(answer)) {
      throw new TokenNotGiven(`The provider answered ${status} and gave no token.`)
    }
    const seconds = Number(answer['expires_in'] ?? 0)
    return { accessToken, answer, endMs: this.#clock.now() + (seconds > 0 ? seconds : 0) * 1000 }
  }
}
