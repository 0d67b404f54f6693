import type { Duplex } from 'node:stream'
import type { Clock } from '../../base/clock.ts'

/** Passes bytes between two connections until one ends or nothing came for a while; resolves when both have ended. */
export function tunnel(
  left: Duplex,
  right: Duplex,
  options: { readonly clock: Clock; readonly idleMs: number },
): Promise<void> {
  const { clock, idleMs } = options
  return new Promise((resolve) => {
    let lastMs = clock.now()
    const noteBytes = (): void => void (lastMs = clock.now())
    const check = (): void => {
      const leftMs = lastMs + idleMs - clock.now()
      if (leftMs <= 0) end()
      else timer = clock.after(leftMs, check)
    }
    let timer = clock.after(idleMs, check)
    const end = (): void => {
      timer.cancel()
      left.destroy()
      right.destroy()
      resolve()
    }
    for (const [from, to] of [
      [left, right],
      [right, left],
    ] as const) {
      from.on('data', noteBytes)
      // An error is followed by the end of the connection.
      from.on('error', () => {})
      from.once('close', end)
      from.pipe(to)
    }
  })
}
