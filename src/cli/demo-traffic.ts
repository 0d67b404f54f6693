import type { OrdersDemo, SentBooking } from '../platform/demo/orders-demo.ts'
import { OrdersApiDemo } from '../platform/demo/orders-api-demo.ts'
import type { Platform } from '../platform/platform.ts'
import { renderWaterfall } from '../services/monitor/waterfall-text.ts'
import { toWaterfall } from '../services/monitor/waterfall.ts'

/** Bookings sent at the start, and the wait between those that follow. */
const firstBookings = 20
const intervalMs = 2_000
/** How long the first order may take before the demo says that something is wrong. */
const journeyTimeoutMs = 30_000

/** Sends the sample traffic of the orders solution and shows one order's journey in the terminal. */
export class DemoTraffic {
  readonly #platform: Platform
  readonly #demo: OrdersDemo

  constructor(platform: Platform, demo: OrdersDemo) {
    this.#platform = platform
    this.#demo = demo
  }

  /** One order, shown hop by hop, then a burst of others, then calls to the published API. */
  async begin(interrupted: AbortSignal): Promise<void> {
    const before = await this.#demo.processedCount()
    if (before > 0) print(`${before} orders of earlier runs are still here`)
    const first = await this.#demo.send()
    await this.#showJourney(first, interrupted)
    for (let count = 1; count < firstBookings && !interrupted.aborted; count++)
      await this.#demo.send()
    await this.#showCalls()
  }

  /** A booking now and then, until interrupted. */
  async goOn(interrupted: AbortSignal): Promise<void> {
    print('')
    print(`a new booking every ${intervalMs / 1_000} s; Ctrl-C stops`)
    print('try it: kill this with -9 and start again: nothing is lost')
    while (!interrupted.aborted) {
      await this.#platform.clock.sleep(intervalMs, interrupted).catch(() => {})
      if (interrupted.aborted) return
      await this.#demo.send()
      if (process.stdout.isTTY)
        process.stdout.write(`\r${await this.#demo.processedCount()} orders processed `)
    }
  }

  async printSummary(): Promise<void> {
    print(
      `sent ${this.#demo.sent} bookings; ${await this.#demo.processedCount()} orders are processed in all`,
    )
  }

  async #showJourney(booking: SentBooking, signal: AbortSignal): Promise<void> {
    const isProcessed = await this.#demo.untilProcessed(booking, journeyTimeoutMs, signal)
    if (signal.aborted) return
    if (!isProcessed) {
      throw new Error(
        `the booking ${booking.bookingId} was not processed within ${journeyTimeoutMs / 1_000} s`,
      )
    }
    const trace = await this.#platform.monitor.trace(booking.trace.traceId)
    print(`booking ${booking.bookingId}, from the uploaded file to the processed order`)
    const width = Math.min(process.stdout.columns ?? 120, 140)
    const lines = renderWaterfall(toWaterfall(trace), {
      width,
      color: process.stdout.isTTY === true,
    })
    for (const line of lines) print(`  ${line}`)
    print('')
    const { console, functions } = this.#platform.endpoints
    print(`  trace page   ${console}#trace=${booking.trace.traceId}`)
    print(`  your own     ${this.#demo.curl()}`)
    if (functions['datafetching'] !== undefined) {
      print(`  the orders   curl ${functions['datafetching']}/api/FetchOrders`)
    }
  }

  async #showCalls(): Promise<void> {
    const demo = await OrdersApiDemo.for(this.#platform)
    if (!demo) return
    print('')
    print('calls to the published orders API')
    for (const line of demo.preparation()) print(`       ${line}`)
    for await (const call of demo.calls()) {
      print(`  ${call.status.padEnd(4)} ${call.what}`)
      print(`       ${call.curl}`)
    }
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
