/**
 * Texts. Searching has no regard to case, except in `replace`, `split` and `contains`.
 * https://learn.microsoft.com/azure/logic-apps/workflow-definition-language-functions-reference#string-functions
 */
import { Buffer } from 'node:buffer'
import {
  integerArgument,
  onlyString,
  optionalString,
  stringArgument,
  wrongArgument,
} from '../arguments.ts'
import { Guid } from '../../dotnet/guid.ts'
import { trim } from '../../dotnet/string.ts'
import { toLowerInvariant, toUpperInvariant } from '../../dotnet/letter-case.ts'
import { ExpressionError, functionError, notValidParameters, usage } from '../expression-error.ts'
import type { FunctionFamily } from '../function-body.ts'
import { formatNumberIn } from '../number-culture.ts'
import { checkCount, checkEvaluated } from '../text-length.ts'
import { isNumber, kindOf, type Value } from '../value.ts'
import { textOf } from '../value-text.ts'
import { decodeXmlName, encodeXmlName } from '../../dotnet/xml-convert.ts'
import { decodeXmlValue, encodeXmlValue } from '../xml-escape.ts'

export const stringFunctions: FunctionFamily = {
  concat: (args, environment) => {
    let text = ''
    for (const arg of args) text += textOf(arg)
    return checkEvaluated('concat', text, environment)
  },
  substring: (args) => substring(args),
  slice: (args) => {
    const text = stringArgument('slice', args, 0)
    const start = integerArgument('slice', args, 1)
    return args.length < 3
      ? text.slice(start)
      : text.slice(start, integerArgument('slice', args, 2))
  },
  replace: (args) => {
    const [text = '', old = '', made = ''] = replaceNames.map((name, index) =>
      namedString('replace', name, { value: args[index], index }),
    )
    if (old === '') {
      throw new ExpressionError("String cannot be of zero length. (Parameter 'oldValue')")
    }
    return replaceAll(text, old, made)
  },
  guid: (args, environment) => {
    const format = optionalString('guid', args, 0) ?? 'D'
    if (!/^[NDBPX]?$/i.test(format)) throw notValidParameters('guid')
    return Guid.parse(environment.newGuid()).format(format)
  },
  toLower: ([value]) => toLowerInvariant(onlyString('toLower', value)),
  toUpper: ([value]) => toUpperInvariant(onlyString('toUpper', value)),
  indexOf: (args) => {
    const [text, sought] = searched('indexOf', args)
    return text.indexOf(sought)
  },
  lastIndexOf: (args) => {
    const [text, sought] = searched('lastIndexOf', args)
    return text.lastIndexOf(sought)
  },
  nthIndexOf: (args) => {
    const [text, sought] = searched('nthIndexOf', args)
    return nthIndexOf(text, sought, integerArgument('nthIndexOf', args, 2))
  },
  startsWith: (args) => {
    const [text, sought] = searched('startsWith', args)
    return text.startsWith(sought)
  },
  endsWith: (args) => {
    const [text, sought] = searched('endsWith', args)
    return text.endsWith(sought)
  },
  split: (args) => {
    const text = stringArgument('split', args, 0)
    const separator = stringArgument('split', args, 1)
    return separator === '' ? [text] : text.split(separator)
  },
  trim: ([value]) => {
    if (typeof value !== 'string') throw notValidParameters('trim')
    return trim(value, 'both')
  },
  trimByteOrderMark: ([value]) => onlyString('trimByteOrderMark', value).replace(/^\ufeff+/, ''),
  formatNumber: (args) => {
    const [value = null] = args
    if (!isNumber(value)) {
      throw wrongArgument('formatNumber', 0, {
        what: 'an integer, a float or a decimal number',
        value,
      })
    }
    const format = stringArgument('formatNumber', args, 1)
    return formatNumberIn(value, format, optionalString('formatNumber', args, 2) ?? 'en-US')
  },
  encodeXmlValue: ([value]) => encodeXmlValue(onlyString('encodeXmlValue', value)),
  decodeXmlValue: ([value]) => decodeXmlValue(onlyString('decodeXmlValue', value)),
  encodeXmlName: ([value]) => encodeXmlName(onlyString('encodeXmlName', value)),
  decodeXmlName: ([value]) => decodeXmlName(onlyString('decodeXmlName', value)),
  utf8Length: ([value]) => Buffer.byteLength(onlyString('utf8Length', value)),
  utf16Length: ([value]) => onlyString('utf16Length', value).length * 2,
}

function substring(args: readonly Value[]): string {
  const text = stringArgument('substring', args, 0)
  const start = integerArgument('substring', args, 1)
  if (args.length < 3) {
    if (start >= 0 && start < text.length) return text.slice(start)
    throw functionError(
      'substring',
      `parameter is out of range: 'start index' must be non-negative integer and should be less than the length of the string.${usage('substring')}`,
    )
  }
  const length = integerArgument('substring', args, 2)
  if (start >= 0 && length >= 0 && start + length <= text.length) {
    return text.slice(start, start + length)
  }
  throw functionError(
    'substring',
    `parameters are out of range: 'start index' and 'length' must be non-negative integers and their sum must be no larger than the length of the string.${usage('substring')}`,
  )
}

function replaceAll(text: string, old: string, made: string): string {
  const pieces = text.split(old)
  checkCount(text.length + (pieces.length - 1) * (made.length - old.length))
  return pieces.join(made)
}

const replaceNames = ['string', 'old string', 'new string'] as const
const ordinals = ['first', 'second', 'third'] as const

function namedString(
  functionName: string,
  name: string,
  { value = null, index }: { value: Value | undefined; index: number },
): string {
  if (typeof value === 'string') return value
  throw functionError(
    functionName,
    `expects its ${ordinals[index]} parameter '${name}' to be a string. The provided value is of type '${kindOf(value)}'.${usage(functionName)}`,
  )
}

// Letters one by one, so that indexes stay those of the text.
function searched(name: string, args: readonly Value[]): readonly [text: string, sought: string] {
  const text = stringArgument(name, args, 0)
  return [toUpperInvariant(text), toUpperInvariant(stringArgument(name, args, 1))]
}

function nthIndexOf(text: string, sought: string, occurrence: number): number {
  if (occurrence === 0) {
    throw functionError(
      'nthIndexOf',
      `expects its third parameter to be an integer other than zero.${usage('nthindexof')}`,
    )
  }
  if (sought === '') return -1
  let index = occurrence > 0 ? -1 : text.length
  for (let count = Math.abs(occurrence); count > 0; count -= 1) {
    if (occurrence > 0) index = text.indexOf(sought, index + 1)
    else index = index === 0 ? -1 : text.lastIndexOf(sought, index - 1)
    if (index < 0) return -1
  }
  return index
}
