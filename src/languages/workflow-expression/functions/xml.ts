/**
 * JSON and XML: documents are content of the type `application/xml`, converted by Newtonsoft's rules.
 * https://learn.microsoft.com/azure/logic-apps/workflow-definition-language-functions-reference#xml
 */
import { SourceError } from '../../../base/errors.ts'
import { DotnetException } from '../../dotnet/exceptions.ts'
import { jsonToXml } from '../../dotnet/json-to-xml.ts'
import { loadXml, outerXml } from '../../dotnet/xml-document.ts'
import { xmlToJson } from '../../dotnet/xml-to-json.ts'
import { decodeXml } from '../../xml/decode-xml.ts'
import { wrongOnly } from '../arguments.ts'
import { doubleText } from '../double-text.ts'
import {
  contentBytes,
  contentOfText,
  contentText,
  isContent,
  isXmlType,
  makeContent,
  xmlType,
  type Content,
} from '../content.ts'
import { functionError, usage } from '../expression-error.ts'
import type { FunctionFamily } from '../function-body.ts'
import { readJson } from '../json-text.ts'
import { isNumber, isObject, numberKind, toDouble, type Value } from '../value.ts'
import { textOf } from '../value-text.ts'
import { evaluateXPath } from '../xpath-value.ts'

export const xmlFunctions: FunctionFamily = {
  json: ([value = null]) => {
    if (isContent(value)) return jsonOfContent(value)
    if (typeof value === 'string') return jsonOfText(value)
    throw wrongOnly('json', 'be a string or an XML', value)
  },
  xml: ([value = null]) => {
    if (isContent(value)) return makeContent(xmlType, value.$content)
    if (typeof value === 'string') return xmlOf(() => outerXml(loadXml(value)))
    if (isObject(value)) return xmlOf(() => jsonToXml(value, { textOf: xmlText }))
    throw wrongOnly('xml', 'be a string or an object', value)
  },
  xpath: (args) => evaluateXPath(args),
}

function jsonOfContent(content: Content): Value {
  const type = content['$content-type']
  if (!isXmlType(type)) return jsonOfText(contentText(content))
  try {
    return xmlToJson(decodeXml(contentBytes(content)))
  } catch (error) {
    throw notParsed('json', contentText(content), error)
  }
}

function jsonOfText(text: string): Value {
  try {
    return readJson(text)
  } catch (error) {
    throw notParsed('json', text, error)
  }
}

function notParsed(name: string, text: string, error: unknown): unknown {
  const message = messageOf(error)
  if (message === undefined) return error
  return functionError(
    name,
    `parameter is not valid. The provided value '${text}' cannot be parsed: '${message}'.${usage(name)}`,
  )
}

function messageOf(error: unknown): string | undefined {
  if (error instanceof SourceError) {
    const { line, column } = error.position
    return `${error.message.replace(/^[^ ]+: /, '')} Line ${line}, position ${column}.`
  }
  if (!(error instanceof DotnetException)) return undefined
  // Newtonsoft counts the lines from zero until it has read a token.
  return error.message.replace("Path '', line 1, position 0.", "Path '', line 0, position 0.")
}

function xmlOf(write: () => string): Value {
  try {
    return contentOfText(xmlType, write())
  } catch (error) {
    const message = messageOf(error)
    if (message === undefined) throw error
    throw functionError(
      'xml',
      `parameter is not valid. The provided value cannot be converted to XML: '${message}'.${usage('xml')}`,
    )
  }
}

/** A value as XML has it: `true`, and a float without a fraction as a whole number. */
function xmlText(value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return value
  if (!isNumber(value)) return null
  if (numberKind(value) !== 'double') return textOf(value)
  return doubleText(toDouble(value)).replace('Infinity', 'INF')
}
