/** `0.42 ms`, `12.3 ms`, `134 ms`, `2.41 s`: the same words as the terminal uses. */
export function formatMs(durationMs) {
  if (durationMs >= 10_000) return `${(durationMs / 1000).toFixed(1)} s`
  if (durationMs >= 1000) return `${(durationMs / 1000).toFixed(2)} s`
  if (durationMs >= 100) return `${durationMs.toFixed(0)} ms`
  return `${durationMs.toFixed(durationMs >= 10 ? 1 : 2)} ms`
}

/** `987`, `12.4 k`, `3.1 M` */
export function formatCount(count) {
  if (count < 10_000) return String(count)
  if (count < 1_000_000) return `${(count / 1000).toFixed(count < 100_000 ? 1 : 0)} k`
  return `${(count / 1_000_000).toFixed(1)} M`
}

/** Local time of day with milliseconds. */
export function formatTime(timeMs) {
  const time = new Date(timeMs)
  const pad = (value, digits) => String(value).padStart(digits, '0')
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => pad(part, 2))
  return `${clock.join(':')}.${pad(time.getMilliseconds(), 3)}`
}

/** `1 hop`, `6 hops` */
export function plural(count, noun) {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`
}
