const plainDigitsMin = 15

/**
 * A double as .NET writes it: the fewest digits that read back as the same number, in scientific notation when the
 * whole part has more digits than that, and more than 15.
 * https://learn.microsoft.com/dotnet/standard/base-types/standard-numeric-format-strings#round-trip-format-specifier-r
 */
export function doubleText(value: number): string {
  if (Number.isSafeInteger(value) && Math.abs(value) < 1e15) {
    return Object.is(value, -0) ? '-0' : String(value)
  }
  if (!Number.isFinite(value)) return String(value)
  const [mantissa = '', exponent = '0'] = Math.abs(value).toExponential().split('e')
  const digits = mantissa.replace('.', '')
  const point = Number(exponent) + 1
  const sign = value < 0 ? '-' : ''
  if (point > Math.max(digits.length, plainDigitsMin) || point < -3) {
    return sign + scientific(digits, point - 1)
  }
  return sign + plain(digits, point)
}

function scientific(digits: string, exponent: number): string {
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : ''
  const size = Math.abs(exponent).toString().padStart(2, '0')
  return `${digits[0] ?? '0'}${fraction}E${exponent < 0 ? '-' : '+'}${size}`
}

function plain(digits: string, point: number): string {
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`
  if (digits.length <= point) return digits.padEnd(point, '0')
  return `${digits.slice(0, point)}.${digits.slice(point)}`
}
