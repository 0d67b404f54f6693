/** Sample traffic for the orders solution: bookings uploaded as files, as a client outside would do it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Agent, request } from 'undici'
import type { Clock } from '../../base/clock.ts'
import { newUuid } from '../../base/ids.ts'
import { isJsonObject, objectMember, parseJson, type JsonObject } from '../../base/json.ts'
import { formatTraceparent, newTrace, type TraceContext } from '../../base/trace-context.ts'
import { sign } from '../../protocols/auth/shared-key.ts'
import { parseStorageSas, serviceSasText } from '../../protocols/auth/storage-sas.ts'
import type { Container } from '../../services/cosmos-db/container.ts'
import type { Platform } from '../platform.ts'

const sample = 'samples/booking.json'
const inputContainer = 'inputfiles'
const sasVersion = '2022-11-02'
const sasDays = 30
const uploadsAtOnceMax = 64
const routes = [
  ['CPH', 'OSL'],
  ['BGO', 'CPH'],
  ['ARN', 'HEL'],
  ['LHR', 'CPH'],
] as const

export interface SentBooking {
  readonly bookingId: string
  readonly trace: TraceContext
}

/** Uploads bookings into the container `inputfiles` and looks for their orders in `processed`. */
export class OrdersDemo {
  readonly #clock: Clock
  readonly #booking: JsonObject
  readonly #folder: { readonly url: string; readonly sas: string }
  readonly #processed: Container
  readonly #agent = new Agent({ connections: uploadsAtOnceMax })
  #sent = 0

  private constructor(
    clock: Clock,
    parts: {
      readonly booking: JsonObject
      readonly folder: { readonly url: string; readonly sas: string }
      readonly processed: Container
    },
  ) {
    this.#clock = clock
    this.#booking = parts.booking
    this.#folder = parts.folder
    this.#processed = parts.processed
  }

  /** The demo for the orders project of a platform, or `undefined` when it does not run it. */
  static for(platform: Platform): OrdersDemo | undefined {
    const project = platform.projects.find((candidate) => candidate.name === 'orders')
    const account = platform.cosmosDb
      .accounts()
      .find((candidate) => candidate.databases().some(({ name }) => name === 'orders'))
    const [storage] = platform.storage.accounts.declared()
    const endpoint = platform.endpoints.storage?.accounts[storage?.name ?? '']
    if (!project || !account || !storage || !endpoint) return undefined
    const booking = parseJson(readFileSync(join(project.dir, sample), 'utf8'))
    const untilMs = platform.clock.now() + sasDays * 86_400_000
    return new OrdersDemo(platform.clock, {
      booking: isJsonObject(booking) ? booking : {},
      folder: {
        url: `${endpoint.blob}/${inputContainer}`,
        sas: uploadSas({ account: storage.name, key: storage.keys[0], untilMs }),
      },
      processed: account.database('orders').container('processed'),
    })
  }

  get sent(): number {
    return this.#sent
  }

  /** The command that uploads a booking of one's own. */
  curl(): string {
    const { url, sas } = this.#folder
    return `curl -T solutions/orders/${sample} -H 'x-ms-blob-type: BlockBlob' -H 'content-type: application/json' '${url}/mine.json?${sas}'`
  }

  /** Resolves when the file is stored: from then on its order is sure to come. */
  async send(): Promise<SentBooking> {
    const id = newUuid()
    const trace = newTrace()
    const [origin, destination] = routes[this.#sent % routes.length] ?? ['CPH', 'OSL']
    const bookingId = `B${id.slice(0, 8).toUpperCase()}`
    const booking = objectMember(this.#booking, 'booking')
    const flight = { ...objectMember(booking, 'flight'), origin, destination }
    this.#sent++
    const { url, sas } = this.#folder
    const answer = await request(`${url}/${bookingId}.json?${sas}`, {
      dispatcher: this.#agent,
      method: 'PUT',
      headers: {
        'content-type': 'application/json',
        traceparent: formatTraceparent(trace),
        'x-ms-blob-type': 'BlockBlob',
      },
      body: JSON.stringify({ booking: { ...booking, bookingId, flight } }),
    })
    const text = await answer.body.text()
    if (answer.statusCode !== 201)
      throw new Error(`the upload of ${bookingId} was answered with ${answer.statusCode}: ${text}`)
    return { bookingId, trace }
  }

  /** How many orders have been processed, this time and in earlier runs. */
  processedCount(): Promise<number> {
    return this.#processed.countItems()
  }

  /** Waits until an order is in `processed`; false when it does not come in time, or the signal ends the wait. */
  async untilProcessed(
    booking: SentBooking,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const clock = this.#clock
    const endMs = clock.now() + timeoutMs
    while (clock.now() < endMs && !signal?.aborted) {
      if (await this.#isProcessed(booking)) return true
      await clock.sleep(20)
    }
    return false
  }

  async #isProcessed({ bookingId }: SentBooking): Promise<boolean> {
    const page = await this.#processed.query(
      'SELECT VALUE c.id FROM c WHERE c.transformedBooking.bookingId = @id',
      { parameters: [{ name: '@id', value: bookingId }] },
    )
    return page.items.length > 0
  }
}

/**
 * A signature that lets its bearer write into the container.
 * https://learn.microsoft.com/rest/api/storageservices/create-service-sas
 */
function uploadSas(signed: { account: string; key: string; untilMs: number }): string {
  const query = new URLSearchParams({
    sv: sasVersion,
    sr: 'c',
    sp: 'cw',
    se: new Date(signed.untilMs).toISOString().replace(/\.\d+/, ''),
    sig: '',
  })
  const sas = parseStorageSas(query)
  const text = sas ? serviceSasText(sas, `/blob/${signed.account}/${inputContainer}`, '') : ''
  query.set('sig', sign(signed.key, text))
  return query.toString()
}
