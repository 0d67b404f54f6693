import { svg } from './element.js'

/** More at once would be noise. */
const pulsesMax = 80
const perUpdateMax = 5
const durationMs = 900
const spreadMs = 420

/** Dots that run along arrows. */
export class Pulses {
  constructor() {
    this.running = new Set()
    this.layer = undefined
    this.still = matchMedia('(prefers-reduced-motion: reduce)')
  }

  /** Lets a few dots run along a path, spread over the time until the next update. */
  send(path, count) {
    if (this.still.matches || document.hidden) return
    const dots = Math.min(count, perUpdateMax, pulsesMax - this.running.size)
    const length = path.getTotalLength()
    for (let index = 0; index < dots; index += 1) {
      const dot = svg('circle', { r: '3.5', class: 'pulse' })
      const startMs = performance.now() + (index / dots) * spreadMs
      this.running.add({ path, length, dot, startMs })
      this.layer?.append(dot)
    }
    if (this.frame === undefined && this.running.size > 0) this.next()
  }

  next() {
    this.frame = requestAnimationFrame((nowMs) => {
      this.frame = undefined
      for (const pulse of this.running) this.move(pulse, (nowMs - pulse.startMs) / durationMs)
      if (this.running.size > 0) this.next()
    })
  }

  move(pulse, share) {
    if (share >= 1 || !pulse.dot.isConnected) {
      pulse.dot.remove()
      this.running.delete(pulse)
      return
    }
    pulse.dot.style.setProperty('opacity', share < 0 ? '0' : '1')
    if (share < 0) return
    const eased = share * share * (3 - 2 * share)
    const { x, y } = pulse.path.getPointAtLength(pulse.length * eased)
    pulse.dot.setAttribute('cx', x.toFixed(1))
    pulse.dot.setAttribute('cy', y.toFixed(1))
  }
}
