/** An exception of .NET: its full type name, its message and what caused it. */
export class DotnetException extends Error {
  override readonly name = 'DotnetException'
  readonly typeName: string
  readonly inner: DotnetException | null

  constructor(typeName: string, message: string, inner: DotnetException | null = null) {
    super(message, inner === null ? {} : { cause: inner })
    this.typeName = typeName
    this.inner = inner
  }
}

/** What every exception type but Exception itself derives from; types not named here derive from SystemException. */
const parents = new Map([
  ['System.SystemException', 'System.Exception'],
  ['System.ApplicationException', 'System.Exception'],
  ['System.ArgumentNullException', 'System.ArgumentException'],
  ['System.ArgumentOutOfRangeException', 'System.ArgumentException'],
  ['System.DivideByZeroException', 'System.ArithmeticException'],
  ['System.OverflowException', 'System.ArithmeticException'],
  ['System.NotFiniteNumberException', 'System.ArithmeticException'],
  ['System.UriFormatException', 'System.FormatException'],
  ['System.ObjectDisposedException', 'System.InvalidOperationException'],
  ['System.TimeZoneNotFoundException', 'System.Exception'],
  ['System.InvalidTimeZoneException', 'System.Exception'],
  ['System.IO.IOException', 'System.SystemException'],
  ['System.IO.EndOfStreamException', 'System.IO.IOException'],
  ['System.Text.DecoderFallbackException', 'System.ArgumentException'],
  ['System.Text.RegularExpressions.RegexMatchTimeoutException', 'System.TimeoutException'],
  ['System.Globalization.CultureNotFoundException', 'System.ArgumentException'],
  ['Newtonsoft.Json.JsonException', 'System.Exception'],
  ['Newtonsoft.Json.JsonReaderException', 'Newtonsoft.Json.JsonException'],
  ['Newtonsoft.Json.JsonWriterException', 'Newtonsoft.Json.JsonException'],
  ['Newtonsoft.Json.JsonSerializationException', 'Newtonsoft.Json.JsonException'],
])

/** True when an exception of type `typeName` is caught by `catch (baseName)`. */
export function isExceptionOf(typeName: string, baseName: string): boolean {
  for (let name: string | undefined = typeName; name !== undefined; name = parentOf(name)) {
    if (name === baseName) return true
  }
  return false
}

function parentOf(typeName: string): string | undefined {
  if (typeName === 'System.Exception') return undefined
  return parents.get(typeName) ?? 'System.SystemException'
}

/** The message that an exception of this type has when its constructor gets none. */
function defaultMessage(typeName: string): string {
  return defaultMessages.get(typeName) ?? `Exception of type '${typeName}' was thrown.`
}

const defaultMessages = new Map([
  ['System.ArgumentException', 'Value does not fall within the expected range.'],
  ['System.ArgumentNullException', 'Value cannot be null.'],
  [
    'System.ArgumentOutOfRangeException',
    'Specified argument was out of the range of valid values.',
  ],
  ['System.ArithmeticException', 'Overflow or underflow in the arithmetic operation.'],
  ['System.DivideByZeroException', 'Attempted to divide by zero.'],
  ['System.FormatException', 'One of the identified items was in an invalid format.'],
  ['System.IndexOutOfRangeException', 'Index was outside the bounds of the array.'],
  ['System.InvalidCastException', 'Specified cast is not valid.'],
  [
    'System.InvalidOperationException',
    'Operation is not valid due to the current state of the object.',
  ],
  [
    'System.Collections.Generic.KeyNotFoundException',
    'The given key was not present in the dictionary.',
  ],
  ['System.NotSupportedException', 'Specified method is not supported.'],
  ['System.NotImplementedException', 'The method or operation is not implemented.'],
  ['System.NullReferenceException', 'Object reference not set to an instance of an object.'],
  ['System.OverflowException', 'Arithmetic operation resulted in an overflow.'],
  ['System.TimeoutException', 'The operation has timed out.'],
])

/** An exception of a type in the namespace System, with its own message when none is given. */
export function systemException(name: string, message?: string): DotnetException {
  const typeName = `System.${name}`
  return new DotnetException(typeName, message ?? defaultMessage(typeName))
}

/** ArgumentNullException for a parameter. */
export function argumentNull(parameter: string): DotnetException {
  return systemException(
    'ArgumentNullException',
    `Value cannot be null.\nParameter name: ${parameter}`,
  )
}

/** ArgumentOutOfRangeException for a parameter. */
export function argumentOutOfRange(parameter: string, message?: string): DotnetException {
  const text = message ?? defaultMessage('System.ArgumentOutOfRangeException')
  return systemException('ArgumentOutOfRangeException', `${text}\nParameter name: ${parameter}`)
}

/** ArgumentException. */
export function argumentError(message: string): DotnetException {
  return systemException('ArgumentException', message)
}

/** FormatException. */
export function formatError(
  message = 'Input string was not in a correct format.',
): DotnetException {
  return systemException('FormatException', message)
}

/** OverflowException. */
export function overflow(message?: string): DotnetException {
  return systemException('OverflowException', message)
}

/** InvalidCastException. */
export function invalidCast(message?: string): DotnetException {
  return systemException('InvalidCastException', message)
}

/** InvalidOperationException. */
export function invalidOperation(message?: string): DotnetException {
  return systemException('InvalidOperationException', message)
}

/** IndexOutOfRangeException. */
export function indexOutOfRange(): DotnetException {
  return systemException('IndexOutOfRangeException')
}

/** KeyNotFoundException. */
export function keyNotFound(): DotnetException {
  const typeName = 'System.Collections.Generic.KeyNotFoundException'
  return new DotnetException(typeName, defaultMessage(typeName))
}

/** CryptographicException. */
export function cryptographicError(message: string): DotnetException {
  return systemException('Security.Cryptography.CryptographicException', message)
}
