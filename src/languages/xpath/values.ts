import { stringValue } from '../xml/xml-tree.ts'
import type { XPathValue } from './context.ts'

/** `string()` of a value. https://www.w3.org/TR/xpath-10/#function-string */
export function stringOf(value: XPathValue): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return numberText(value)
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  const [first] = value
  return first === undefined ? '' : stringValue(first)
}

/** `number()` of a value. https://www.w3.org/TR/xpath-10/#function-number */
export function numberOf(value: XPathValue): number {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  return textNumber(stringOf(value))
}

/** `boolean()` of a value. https://www.w3.org/TR/xpath-10/#function-boolean */
export function booleanOf(value: XPathValue): boolean {
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return value !== 0 && !Number.isNaN(value)
  return value.length > 0
}

const numberPattern = /^[ \t\r\n]*-?(?:\d+(?:\.\d*)?|\.\d+)[ \t\r\n]*$/

/** The number that a text is, else NaN: no exponents, no plus sign. */
export function textNumber(text: string): number {
  return numberPattern.test(text) ? Number(text) : Number.NaN
}

/** A number as text: never with an exponent. https://www.w3.org/TR/xpath-10/#function-string */
export function numberText(value: number): string {
  const text = String(value)
  if (!text.includes('e')) return text
  const [, sign = '', whole = '', fraction = '', exponent = ''] =
    /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text) ?? []
  const digits = whole + fraction
  const point = whole.length + Number(exponent)
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  return sign + digits.padEnd(point, '0')
}
