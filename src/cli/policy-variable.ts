import {
  isJsonObject,
  objectMember,
  stringMember,
  type JsonObject,
  type JsonValue,
} from '../base/json.ts'
import type {
  PolicyAuthorization,
  PolicyJwt,
  PolicyResponse,
} from '../languages/csharp/policy-context.ts'
import { parseDateTime, parseDateTimeOffset } from '../languages/dotnet/date-parse.ts'
import { Guid } from '../languages/dotnet/guid.ts'
import { parseToken } from '../languages/dotnet/json-reader.ts'
import { parseNumber } from '../languages/dotnet/number-parse.ts'
import { parseTimeSpan } from '../languages/dotnet/time-span.ts'
import { charOf, DotnetArray } from '../languages/dotnet/value.ts'
import { parseXmlDocument, parseXmlElement } from '../languages/dotnet/xml-parse.ts'

/** A typed variable of a context file as a value of .NET. */
export function readVariable(
  value: JsonValue,
  response: (file: JsonObject) => PolicyResponse,
): unknown {
  const type = stringMember(value, 'type') ?? ''
  if (!isJsonObject(value) || type === 'null') return null
  const content = value['value']
  if (type.startsWith('Newtonsoft.')) return parseToken(stringMember(value, 'json') ?? 'null')
  if (type === 'System.Byte[]')
    return Uint8Array.from(Buffer.from(stringMember(value, 'base64') ?? '', 'base64'))
  if (type === 'System.Xml.Linq.XElement') return parseXmlElement(stringMember(value, 'xml') ?? '')
  if (type === 'System.Xml.Linq.XDocument')
    return parseXmlDocument(stringMember(value, 'xml') ?? '')
  if (type.endsWith('[]')) {
    const element = type.slice(0, -2)
    return new DotnetArray(
      element,
      Array.isArray(content) ? content.map((one) => simpleValue(element, one)) : [],
    )
  }
  const object = objectMember(value, 'value')
  if (type === 'IResponse') return response(object)
  if (type === 'Jwt') return readJwt(object)
  if (type === 'Authorization') return readAuthorization(object)
  return simpleValue(type, content ?? null)
}

function simpleValue(type: string, value: JsonValue): unknown {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  switch (type) {
    case 'System.String':
      return text
    case 'System.Boolean':
      return value === true
    case 'System.Int32':
      return Number(value)
    case 'System.Char':
      return charOf(text.charCodeAt(0))
    case 'System.Int16':
      return parseNumber('Int16', text)
    case 'System.Int64':
      return parseNumber('Int64', text)
    case 'System.Byte':
      return parseNumber('Byte', text)
    case 'System.Double':
      return parseNumber('Double', text)
    case 'System.Single':
      return parseNumber('Single', text)
    case 'System.Decimal':
      return parseNumber('Decimal', text)
    case 'System.DateTime':
      return parseDateTime(text, ['RoundtripKind'])
    case 'System.DateTimeOffset':
      return parseDateTimeOffset(text)
    case 'System.TimeSpan':
      return parseTimeSpan(text)
    case 'System.Guid':
      return Guid.parse(text)
    default:
      throw new Error(`The type '${type}' of a variable is not known.`)
  }
}

function readJwt(file: JsonObject): PolicyJwt {
  const lists = Object.entries(objectMember(file, 'claims'))
  return {
    typeName: 'Jwt',
    id: stringMember(file, 'id') ?? null,
    issuer: stringMember(file, 'issuer') ?? null,
    subject: stringMember(file, 'subject') ?? null,
    algorithm: stringMember(file, 'algorithm') ?? null,
    type: stringMember(file, 'type') ?? null,
    audiences: textsOf(file['audiences']),
    notBeforeMs: timeOf(file['notBefore']),
    issuedAtMs: timeOf(file['issuedAt']),
    expirationTimeMs: timeOf(file['expirationTime']),
    claims: new Map(lists.map(([name, values]) => [name, textsOf(values)])),
  }
}

function readAuthorization(file: JsonObject): PolicyAuthorization {
  return {
    typeName: 'Authorization',
    accessToken: stringMember(file, 'accessToken') ?? '',
    claims: new Map(Object.entries(objectMember(file, 'claims'))),
  }
}

function textsOf(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : []
}

function timeOf(value: JsonValue | undefined): number | null {
  return typeof value === 'string' ? Date.parse(value) : null
}
