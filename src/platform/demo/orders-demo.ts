/** Sample traffic for the orders solution: bookings put into the container that the change feed watches. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { newUuid } from '../../base/ids.ts'
import { isJsonObject, objectMember, parseJson, type JsonObject } from '../../base/json.ts'
import { newTrace, type TraceContext } from '../../base/trace-context.ts'
import type { Container } from '../../services/cosmos-db/container.ts'
import type { Platform } from '../platform.ts'

const sample = 'samples/transformed-booking.json'
const routes = [
  ['CPH', 'OSL'],
  ['BGO', 'CPH'],
  ['ARN', 'HEL'],
  ['LHR', 'CPH'],
] as const

export interface SentBooking {
  readonly id: string
  readonly bookingId: string
  readonly trace: TraceContext
}

/** Puts bookings into `orders/toprocess`, each with an id of its own, and looks for them in `processed`. */
export class OrdersDemo {
  readonly #clock: Clock
  readonly #booking: JsonObject
  readonly #toProcess: Container
  readonly #processed: Container
  #sent = 0

  private constructor(
    platform: Platform,
    booking: JsonObject,
    containers: { toProcess: Container; processed: Container },
  ) {
    this.#clock = platform.clock
    this.#booking = booking
    this.#toProcess = containers.toProcess
    this.#processed = containers.processed
  }

  /** The demo for the orders project of a platform, or `undefined` when it does not run it. */
  static for(platform: Platform): OrdersDemo | undefined {
    const project = platform.projects.find((candidate) => candidate.name === 'orders')
    const account = platform.cosmosDb
      .accounts()
      .find((candidate) => hasDatabase(candidate, 'orders'))
    if (!project || !account) return undefined
    const booking = parseJson(readFileSync(join(project.dir, sample), 'utf8'))
    const database = account.database('orders')
    return new OrdersDemo(platform, isJsonObject(booking) ? booking : {}, {
      toProcess: database.container('toprocess'),
      processed: database.container('processed'),
    })
  }

  get sent(): number {
    return this.#sent
  }

  async send(): Promise<SentBooking> {
    const id = newUuid()
    const trace = newTrace()
    const [departure, arrival] = routes[this.#sent % routes.length] ?? ['CPH', 'OSL']
    const bookingId = `B${id.slice(0, 8).toUpperCase()}`
    const transformed = objectMember(this.#booking, 'transformedBooking')
    const flightDetails = { ...objectMember(transformed, 'flightDetails'), departure, arrival }
    this.#sent++
    await this.#toProcess.createItem(
      { id, transformedBooking: { ...transformed, bookingId, flightDetails } },
      { trace },
    )
    return { id, bookingId, trace }
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

  async #isProcessed(booking: SentBooking): Promise<boolean> {
    const page = await this.#processed.query('SELECT VALUE c.id FROM c WHERE c.id = @id', {
      parameters: [{ name: '@id', value: booking.id }],
      partitionKey: [booking.id],
    })
    return page.items.length > 0
  }
}

function hasDatabase(
  account: { databases(): readonly { readonly name: string }[] },
  name: string,
): boolean {
  return account.databases().some((database) => database.name === name)
}
