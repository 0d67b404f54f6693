import { systemException } from './exceptions.ts'
import { countWork, unitsOf } from './work-limit.ts'

/** Characters that a text or builder may have; beyond it .NET would run out of memory sooner or later. */
export const textLengthMax = 64 * 1024 * 1024

/** Elements that an array or list may have. */
export const itemCountMax = 4_000_000

/** A text, unless it is too long. */
export function boundedText(text: string): string {
  if (text.length > textLengthMax) throw systemException('OutOfMemoryException')
  countWork(unitsOf(text.length))
  return text
}

/** OutOfMemoryException for a text or collection that would be too large. */
export function checkSize(count: number, countMax: number): void {
  if (count > countMax) throw systemException('OutOfMemoryException')
}
