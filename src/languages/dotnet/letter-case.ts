import { countWork, unitsOf } from './work-limit.ts'

/** Upper case by single UTF-16 units, as ToUpperInvariant does it: `ß` stays, since it has no single capital. */
export function toUpperInvariant(text: string): string {
  countWork(unitsOf(text.length))
  const upper = text.toUpperCase()
  return upper.length === text.length && !mayChangeLength(text)
    ? upper
    : mapUnits(text, (unit) => unit.toUpperCase())
}

/** Lower case by single UTF-16 units. */
export function toLowerInvariant(text: string): string {
  countWork(unitsOf(text.length))
  const lower = text.toLowerCase()
  return lower.length === text.length && !mayChangeLength(text)
    ? lower
    : mapUnits(text, (unit) => unit.toLowerCase())
}

// Below U+00DF no letter changes its count of units, nor its form by its place in a word (as the final sigma does).
function mayChangeLength(text: string): boolean {
  return /[\u00df-\uffff]/.test(text)
}

function mapUnits(text: string, map: (unit: string) => string): string {
  let mapped = ''
  for (const unit of text.split('')) {
    const other = map(unit)
    mapped += other.length === 1 && unit !== 'ı' && unit !== 'İ' ? other : unit
  }
  return mapped
}
