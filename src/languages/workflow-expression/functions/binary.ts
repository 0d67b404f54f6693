/**
 * Bytes: base64, data URIs and content with its media type.
 * https://learn.microsoft.com/azure/logic-apps/workflow-definition-language-functions-reference#base64
 */
import { Buffer } from 'node:buffer'
import { DotnetException } from '../../dotnet/exceptions.ts'
import { onlyString, wrongOnly } from '../arguments.ts'
import {
  base64Bytes,
  binaryType,
  charsetOf,
  contentOfText,
  decodeText,
  isContent,
  isKnownCharset,
  makeContent,
  mediaType,
} from '../content.ts'
import { isWellFormedType, parseDataUri, type DataUri } from '../data-uri.ts'
import { functionError, notConvertible, usage } from '../expression-error.ts'
import type { FunctionFamily } from '../function-body.ts'
import { readJson } from '../json-text.ts'
import { checkEvaluated } from '../text-length.ts'
import type { Value } from '../value.ts'
import { textOf } from '../value-text.ts'

export const binaryFunctions: FunctionFamily = {
  base64: ([value = null], environment) => {
    if (value === null) throw wrongOnly('base64', 'be a string', value)
    const text = isContent(value) ? value.$content : Buffer.from(textOf(value)).toString('base64')
    return checkEvaluated('base64', text, environment)
  },
  base64ToString: ([value]) => decodeBase64('base64ToString', value),
  decodeBase64: ([value]) => decodeBase64('decodeBase64', value),
  base64ToBinary: ([value]) => {
    const text = onlyString('base64ToBinary', value)
    bytesOf('base64ToBinary', text)
    return makeContent(binaryType, text)
  },
  binary: ([value = null]) => {
    if (value === null) throw notConvertible('binary')
    if (isContent(value)) return makeContent(binaryType, value.$content)
    return contentOfText(binaryType, textOf(value))
  },
  dataUri: ([value = null]) => {
    if (value === null) throw notConvertible('dataUri')
    if (isContent(value)) return `data:${value['$content-type']};base64,${value.$content}`
    const type = typeof value === 'string' ? 'text/plain' : 'application/json'
    return `data:${type};charset=utf-8;base64,${Buffer.from(textOf(value)).toString('base64')}`
  },
  dataUriToString: ([value]) => {
    const { type, base64 } = dataUri('dataUriToString', value)
    // Only a charset in lower case that follows the type at once is looked at by the host; it must be UTF-8.
    const charset = charsetOf(type)
    if (type.startsWith(';') || (charset !== undefined && isRefusedCharset(type))) {
      throw malformed('dataUriToString', value)
    }
    return bytesOf('dataUriToString', base64).toString('utf8')
  },
  dataUriToBinary: ([value]) => {
    const { type, base64 } = dataUri('dataUriToBinary', value)
    const charset = charsetOf(type)
    if (!isWellFormedType(type) || (charset !== undefined && !isKnownCharset(charset))) {
      throw malformed('dataUriToBinary', value)
    }
    return makeContent(type, base64)
  },
  decodeDataUri: ([value]) => decodeDataUri(value),
}

function decodeBase64(name: string, value: Value | undefined): string {
  return bytesOf(name, onlyString(name, value)).toString('utf8')
}

function bytesOf(name: string, base64: string): Buffer {
  const bytes = base64Bytes(base64)
  if (bytes !== undefined) return bytes
  throw notConvertible(name, 'The value cannot be decoded from base64 representation.')
}

function dataUri(name: string, value: Value | undefined): DataUri {
  const parsed = parseDataUri(onlyString(name, value))
  if (parsed === undefined) throw malformed(name, value)
  return parsed
}

function malformed(name: string, value: Value | undefined): Error {
  return functionError(
    name,
    `expects its parameter to be formatted as a valid data URI. The provided value '${textOf(value ?? null)}' was not formatted correctly.${usage(name)}`,
  )
}

function isRefusedCharset(type: string): boolean {
  const [, first = ''] = type.split(';')
  return /^charset=/i.test(first) && !/^charset=utf-?8$/i.test(first)
}

// Texts come back as texts and JSON as what it says; other types stay content, of 7-bit text where no charset is named.
function decodeDataUri(value: Value | undefined): Value {
  const { type, base64 } = dataUri('decodeDataUri', value)
  const media = mediaType(type)
  const text = (): string =>
    decodeText(bytesOf('decodeDataUri', base64), charsetOf(type) ?? 'utf-8')
  if (media.startsWith('text/')) return text()
  if (media === 'application/json' || media.endsWith('+json')) return jsonOrText(text())
  const named = charsetOf(type) === undefined ? `${type};charset=us-ascii` : type
  return makeContent(named, base64)
}

function jsonOrText(text: string): Value {
  try {
    return readJson(text)
  } catch (error) {
    if (error instanceof DotnetException) return text
    throw error
  }
}
