import { createHash } from 'node:crypto'

/** An id derived from names: what only Azure would know is the same at every start here. */
export function stableId(...names: readonly string[]): string {
  const hex = createHash('sha256').update(names.join('\0').toLowerCase()).digest('hex')
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16)
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ]
  return parts.join('-')
}
