import { compareValues, equalValues, hashCode } from '../../dotnet/comparison.ts'
import { DotnetException, systemException } from '../../dotnet/exceptions.ts'
import { newLine } from '../../dotnet/format.ts'
import { displayText } from '../../dotnet/format.ts'
import { declareEnum, declareType, type TypeDeclaration } from '../type-model.ts'
import { defaultOf } from './defaults.ts'
import { callback, callOf, given, textOrNull } from './guards.ts'

const delegateLetters = ['T1', 'T2', 'T3', 'T4', 'T5', 'T6']

/** System.Object and what all types rest on: interfaces, delegates, Nullable, exceptions. */
export const coreTypes: readonly TypeDeclaration[] = [
  declareType('class System.Object', {
    'new()': () => ({ typeName: 'System.Object' }),
    'bool Equals(object obj)': (self, other) => equalValues(self, other),
    'static bool Equals(object objA, object objB)': (left, right) => equalValues(left, right),
    'static bool ReferenceEquals(object objA, object objB)': (left, right) => left === right,
    'string ToString()': (self) => displayText(self),
    'int GetHashCode()': (self) => hashCode(self),
  }),
  declareType('hidden class System.ValueType'),
  declareType('hidden class System.Enum'),
  declareType('hidden interface System.IFormatProvider'),
  declareType('hidden interface System.IDisposable', { 'void Dispose()': dispose }),
  declareType('hidden interface System.IComparable', {
    'int CompareTo(object obj)': (self, other) => compareValues(self, other),
  }),
  declareType('struct System.Nullable<T>', {
    'new(T value)': (value) => value,
    'bool HasValue': (self) => self !== null,
    'T Value': (self) => {
      if (self === null)
        throw systemException('InvalidOperationException', 'Nullable object must have a value.')
      return self
    },
    'T GetValueOrDefault()': (self, call) => self ?? defaultOf(callOf(call).owner.arguments[0]),
    'T GetValueOrDefault(T defaultValue)': (self, fallback) => self ?? fallback,
    'string ToString()': (self) => displayText(self),
    'bool Equals(object other)': (self, other) => equalValues(self, other),
    'int GetHashCode()': (self) => hashCode(self),
  }),
  declareType('static System.Nullable', {
    'static int Compare<T>(T? n1, T? n2)': (left, right) => compareValues(left, right),
    'static bool Equals<T>(T? n1, T? n2)': (left, right) => equalValues(left, right),
  }),
  ...exceptionTypes(),
  ...delegateTypes(),
  declareType('hidden delegate System.Predicate<T>', { 'bool Invoke(T obj)': invoke }),
  declareType('hidden delegate System.Comparison<T>', { 'int Invoke(T x, T y)': invoke }),
  declareType('hidden delegate System.Converter<TInput,TOutput>', {
    'TOutput Invoke(TInput input)': invoke,
  }),
  declareEnum('System.StringComparison', {
    CurrentCulture: 0,
    CurrentCultureIgnoreCase: 1,
    InvariantCulture: 2,
    InvariantCultureIgnoreCase: 3,
    Ordinal: 4,
    OrdinalIgnoreCase: 5,
  }),
  declareEnum('System.StringSplitOptions', { None: 0, RemoveEmptyEntries: 1 }),
  declareEnum('System.MidpointRounding', { ToEven: 0, AwayFromZero: 1 }),
]

function dispose(self: unknown): null {
  if (
    typeof self === 'object' &&
    self !== null &&
    'dispose' in self &&
    typeof self.dispose === 'function'
  )
    self.dispose()
  return null
}

/** Calls a delegate by its `Invoke`: the receiver is the function itself, and last comes the call. */
function invoke(self: unknown, ...values: readonly unknown[]): unknown {
  return callback(self)(...values.slice(0, -1))
}

function delegateTypes(): TypeDeclaration[] {
  const declarations: TypeDeclaration[] = [
    declareType('delegate System.Func<TResult>', { 'TResult Invoke()': invoke }),
    declareType('delegate System.Action', { 'void Invoke()': invoke }),
  ]
  for (let count = 1; count <= delegateLetters.length; count += 1) {
    const letters = delegateLetters.slice(0, count)
    const parameters = letters.map((letter) => `${letter} arg${letter}`).join(', ')
    declarations.push(
      declareType(`delegate System.Func<${letters.join(',')},TResult>`, {
        [`TResult Invoke(${parameters})`]: invoke,
      }),
      declareType(`delegate System.Action<${letters.join(',')}>`, {
        [`void Invoke(${parameters})`]: invoke,
      }),
    )
  }
  return declarations
}

/** Only System.Exception is on Azure's list; the others have names that values carry. */
function exceptionTypes(): TypeDeclaration[] {
  return [
    declareType('class System.Exception', {
      'new()': () =>
        new DotnetException('System.Exception', "Exception of type 'System.Exception' was thrown."),
      'new(string message)': (message) =>
        new DotnetException(
          'System.Exception',
          textOrNull(message) ?? "Exception of type 'System.Exception' was thrown.",
        ),
      'new(string message, Exception innerException)': (message, inner) =>
        new DotnetException(
          'System.Exception',
          given(message ?? '', 'message'),
          inner instanceof DotnetException ? inner : null,
        ),
      'string Message': (self) => exception(self).message,
      'Exception InnerException': (self) => exception(self).inner,
      'string StackTrace': () => null,
      'string Source': () => null,
      'string HelpLink': () => null,
      'int HResult': () => -2_146_233_088,
      'Exception GetBaseException()': (self) => baseException(exception(self)),
      'string ToString()': (self) => exceptionText(exception(self)),
    }),
  ]
}

function exception(value: unknown): DotnetException {
  if (value instanceof DotnetException) return value
  throw systemException('NullReferenceException')
}

function baseException(value: DotnetException): DotnetException {
  return value.inner === null ? value : baseException(value.inner)
}

function exceptionText(value: DotnetException): string {
  const end = `${newLine}   --- End of inner exception stack trace ---`
  const inner = value.inner === null ? '' : ` ---> ${exceptionText(value.inner)}${end}`
  return `${value.typeName}: ${value.message}${inner}`
}
