// Watching pages are told what changes; after a restart they ask again by themselves.
import type { ServerResponse } from 'node:http'
import type { Clock, Timer } from '../../base/clock.ts'
import { liveHeartbeatMs, liveIntervalMs, liveUnreadBytesMax, watchersMax } from './limits.ts'
import type { Monitor } from './monitor.ts'

/**
 * Server-sent events: the whole flow map whenever something happened, a few times a second at most.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class LiveUpdates {
  readonly #monitor: Monitor
  readonly #clock: Clock
  readonly #watchers = new Set<ServerResponse>()
  #timer: Timer | undefined
  #sentRecorded = -1
  #sentMs = 0

  constructor(options: { readonly monitor: Monitor; readonly clock: Clock }) {
    this.#monitor = options.monitor
    this.#clock = options.clock
  }

  serve(response: ServerResponse): void {
    if (this.#watchers.size >= watchersMax) {
      response.writeHead(503).end()
      return
    }
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    response.write('retry: 1000\n\n')
    this.#watchers.add(response)
    response.once('close', () => this.#watchers.delete(response))
    // The newcomer gets the map at once, and with it everybody.
    this.#sentRecorded = -1
    this.#schedule(0)
  }

  stop(): void {
    this.#timer?.cancel()
    for (const watcher of this.#watchers) watcher.end()
    this.#watchers.clear()
  }

  #schedule(delayMs: number): void {
    this.#timer?.cancel()
    // Nobody watching costs nothing.
    if (this.#watchers.size === 0) return
    this.#timer = this.#clock.after(delayMs, () => {
      this.#tell().then(
        () => this.#schedule(liveIntervalMs),
        // The monitor has stopped: the pages come back when there is one again.
        () => this.stop(),
      )
    })
  }

  async #tell(): Promise<void> {
    const { recorded, dropped } = this.#monitor
    if (recorded !== this.#sentRecorded) {
      this.#sentRecorded = recorded
      const flow = { ...(await this.#monitor.flowMap()), dropped }
      this.#send(`event: flow\ndata: ${JSON.stringify(flow)}\n\n`)
    } else if (this.#clock.now() - this.#sentMs > liveHeartbeatMs) this.#send(': still here\n\n')
  }

  #send(text: string): void {
    this.#sentMs = this.#clock.now()
    for (const watcher of this.#watchers) {
      if (watcher.writableLength < liveUnreadBytesMax) watcher.write(text)
    }
  }
}
