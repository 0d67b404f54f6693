// Nothing here survives a crash: a lease is held by a running call, and dies with it.
import type { Clock } from '../../base/clock.ts'
import { leaseWaitersMax, leaseWaitMs } from './limits.ts'

/** A call waited too long for the named value, or too many were waiting. */
export class LeaseRefused extends Error {
  override readonly name = 'LeaseRefused'
}

/**
 * Leases on named values: a call that reads a named value and then writes it holds its lease, so that each value
 * is read by one such call only. Calls get it in the order they asked. The management REST never takes one.
 */
export class NamedValueLeases {
  readonly #clock: Clock
  readonly #queues = new Map<string, (() => void)[]>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Takes the leases in the order of their names, so that no two calls wait for each other. */
  async acquire(names: readonly string[]): Promise<() => void> {
    const releases: (() => void)[] = []
    const release = (): void => {
      for (const each of releases.splice(0)) each()
    }
    try {
      for (const name of names.toSorted()) releases.push(await this.#acquireOne(name))
    } catch (error) {
      release()
      throw error
    }
    return release
  }

  #acquireOne(name: string): Promise<() => void> {
    const release = (): void => this.#release(name)
    const waiters = this.#queues.get(name)
    if (!waiters) {
      this.#queues.set(name, [])
      return Promise.resolve(release)
    }
    if (waiters.length >= leaseWaitersMax) {
      return Promise.reject(new LeaseRefused(`Too many calls wait for the named value '${name}'.`))
    }
    return new Promise((resolve, reject) => {
      const granted = (): void => {
        timer.cancel()
        resolve(release)
      }
      const timer = this.#clock.after(leaseWaitMs, () => {
        waiters.splice(waiters.indexOf(granted), 1)
        reject(new LeaseRefused(`The named value '${name}' was in use for too long.`))
      })
      waiters.push(granted)
    })
  }

  #release(name: string): void {
    const waiters = this.#queues.get(name)
    const next = waiters?.shift()
    if (next) next()
    else this.#queues.delete(name)
  }
}
