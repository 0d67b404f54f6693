import { systemException } from '../../dotnet/exceptions.ts'
import { Dictionary } from '../../dotnet/dictionary.ts'
import { displayText } from '../../dotnet/format.ts'
import { parseArray, parseObject, parseToken } from '../../dotnet/json-reader.ts'
import { List } from '../../dotnet/list.ts'
import { KeyValuePair } from '../../dotnet/key-value-pair.ts'
import { enumerate } from '../../dotnet/sequence.ts'
import { parseXmlDocument, parseXmlElement } from '../../dotnet/xml-parse.ts'
import type { PolicyBody } from '../policy-context.ts'

/** `Body.As<T>()`; the message of a body that was read already is Azure's own exception. */
export function readBody(body: PolicyBody, typeName: string, preserveContent: boolean): unknown {
  const bytes = body.read({ preserveContent })
  if (bytes === null) return null
  if (typeName === 'System.Byte[]') return Uint8Array.from(bytes)
  const text = decode(bytes)
  switch (typeName) {
    case 'System.String':
      return text
    case 'Newtonsoft.Json.Linq.JObject':
      return parseObject(text)
    case 'Newtonsoft.Json.Linq.JArray':
      return parseArray(text)
    case 'Newtonsoft.Json.Linq.JToken':
      return parseToken(text)
    case 'System.Xml.Linq.XDocument':
      return parseXmlDocument(text)
    case 'System.Xml.Linq.XElement':
    case 'System.Xml.Linq.XNode':
      return parseXmlElement(text)
    default:
      throw systemException('InvalidCastException', `A body cannot be read as ${typeName}.`)
  }
}

/** `Body.AsFormUrlEncodedContent()`. */
export function readForm(body: PolicyBody, preserveContent: boolean): Dictionary | null {
  const bytes = body.read({ preserveContent })
  if (bytes === null) return null
  const form = new Dictionary('System.String', 'System.Collections.Generic.IList<System.String>')
  for (const [name, value] of new URLSearchParams(decode(bytes))) {
    const known = form.tryGet(name)
    if (known instanceof List) known.add(value)
    else form.set(name, new List('System.String', [value]))
  }
  return form
}

/** `ToFormUrlEncodedContent()`: the pairs as a form's text. */
export function writeForm(form: unknown): string {
  const pairs = new URLSearchParams()
  for (const pair of enumerate(form)) {
    if (!(pair instanceof KeyValuePair)) continue
    for (const value of enumerate(pair.value))
      pairs.append(displayText(pair.key), displayText(value))
  }
  return pairs.toString()
}

const utf8 = new TextDecoder()

function decode(bytes: Uint8Array): string {
  return utf8.decode(bytes)
}
