/** A value of OData's data model: https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model#property-types */
export type EdmValue =
  | { readonly type: 'Edm.String' | 'Edm.Guid' | 'Edm.Binary'; readonly value: string }
  | { readonly type: 'Edm.Boolean'; readonly value: boolean }
  | { readonly type: 'Edm.Int32' | 'Edm.Double'; readonly value: number }
  /** Of `Edm.DateTime`: in 100 ns since the Unix epoch. */
  | { readonly type: 'Edm.Int64' | 'Edm.DateTime'; readonly value: bigint }

export type EdmType = EdmValue['type']

/** A GUID in the form in which GUIDs are compared, or nothing. */
export function parseGuid(text: string): EdmValue | undefined {
  const isGuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)
  return isGuid ? { type: 'Edm.Guid', value: text.toLowerCase() } : undefined
}

/** A time with up to seven digits of fraction and with or without an offset, or nothing. */
export function parseDateTime(text: string): EdmValue | undefined {
  const [, seconds, fraction = '', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?)?)(?:\.(\d{1,7})\d*)?(Z|[+-]\d\d:\d\d)?$/i.exec(
      text,
    ) ?? []
  if (seconds === undefined) return undefined
  const isDay = seconds.length === 10
  const timeMs = Date.parse(isDay ? seconds : `${seconds}${zone.toUpperCase()}`)
  if (Number.isNaN(timeMs)) return undefined
  const value = BigInt(timeMs) * 10_000n + BigInt(fraction.padEnd(7, '0'))
  return { type: 'Edm.DateTime', value }
}

/** Bytes as hexadecimal digits in upper case, which sort as the bytes do; nothing for other text. */
export function parseHex(text: string): EdmValue | undefined {
  const isHex = text.length % 2 === 0 && /^[\da-f]*$/i.test(text)
  return isHex ? { type: 'Edm.Binary', value: text.toUpperCase() } : undefined
}

/** Below, at or above zero as the left value is before, the same as or after the right; nothing where they cannot be compared. */
export function compareValues(left: EdmValue, right: EdmValue): number | undefined {
  const [first, second] = [left.value, right.value]
  if (isNumeric(left) && isNumeric(right)) return order(first, second)
  if (left.type !== right.type) return undefined
  return order(first, second)
}

function isNumeric({ type }: EdmValue): boolean {
  return type === 'Edm.Int32' || type === 'Edm.Int64' || type === 'Edm.Double'
}

// Not a number is neither before, nor after, nor the same.
function order(left: EdmValue['value'], right: EdmValue['value']): number | undefined {
  if (left < right) return -1
  if (left > right) return 1
  // oxlint-disable-next-line eqeqeq -- 1 and 1n are the same number here
  return left == right ? 0 : undefined
}
