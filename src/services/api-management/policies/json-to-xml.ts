import { formatValue } from '../../../languages/dotnet/format.ts'
import { parseToken } from '../../../languages/dotnet/json-reader.ts'
import { JArray, JObject, type JToken, JValue } from '../../../languages/dotnet/json-token.ts'
import { encodeXmlName } from '../../../languages/dotnet/xml-convert.ts'
import {
  type DocumentAttribute,
  type DocumentElement,
  outerXml,
} from '../../../languages/dotnet/xml-document.ts'
import { messageOfSection } from '../gateway/call-message.ts'
import { compileConversion, convertBody } from '../gateway/conversion.ts'
import { isJsonType, isXmlType } from '../gateway/media-type.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'

/** https://learn.microsoft.com/azure/api-management/json-to-xml-policy */
export const jsonToXml: PolicyDefinition = {
  name: 'json-to-xml',
  sections: ['inbound', 'outbound', 'on-error'],
  attributes: [
    'apply',
    'consider-accept-header',
    'parse-date',
    'namespace-separator',
    'namespace-prefix',
    'attribute-block-name',
  ],
  compile(source) {
    const readsDates = source.literal('parse-date')
    if (readsDates !== undefined && !/^(?:true|false)$/i.test(readsDates)) {
      throw source.fault("the attribute 'parse-date' must be true or false.", 'parse-date')
    }
    const separator = source.text('namespace-separator')
    const prefix = source.text('namespace-prefix')
    const attributeBlock = source.text('attribute-block-name')
    const conversion = compileConversion(source, {
      onlyFrom: 'content-type-json',
      isFrom: isJsonType,
      isTo: isXmlType,
    })
    return (call) => {
      if (!conversion.applies(call)) return
      const form = {
        readsDates: readsDates?.toLowerCase() !== 'false',
        separator: separator?.read(call) ?? '_',
        namespacePrefix: prefix?.read(call),
        attributeBlock: attributeBlock?.read(call),
      }
      const isConverted = convertBody(call, source.name, (text) => toXml(text, form))
      if (isConverted) messageOfSection(call).headers.set('Content-Type', ['application/xml'])
    }
  },
}

interface Form {
  readonly readsDates: boolean
  readonly separator: string
  readonly namespacePrefix: string | undefined
  readonly attributeBlock: string | undefined
}

type Prefixes = ReadonlySet<string>

const rootName = 'Document'
const noPrefixes: Prefixes = new Set()

function toXml(text: string, form: Form): string {
  const token = parseToken(text, { readsDates: form.readsDates })
  const [only, second] = token instanceof JObject ? token.children : []
  // What has one member is named by it; anything else gets a root of its own.
  const hasRoot = only && !second && !(only.value instanceof JArray)
  const root = hasRoot
    ? elementsOf(only.name, only.value, form, noPrefixes)
    : [elementOf(rootName, token, form, noPrefixes)]
  return outerXml(root)
}

function elementsOf(
  name: string,
  value: JToken,
  form: Form,
  outer: Prefixes,
): readonly DocumentElement[] {
  if (!(value instanceof JArray) || value.children.length === 0) {
    return [elementOf(name, value, form, outer)]
  }
  return value.children.map((each) => elementOf(name, each, form, outer))
}

function elementOf(name: string, value: JToken, form: Form, outer: Prefixes): DocumentElement {
  const members = value instanceof JObject ? value.children : []
  const declared = members.flatMap((each) => {
    const prefix = declaredPrefix(each.name, form)
    return prefix === undefined ? [] : [[prefix, textOf(each.value)] as const]
  })
  const prefixes =
    declared.length === 0 ? outer : new Set([...outer, ...declared.map(([prefix]) => prefix)])
  const attributes: DocumentAttribute[] = declared.map(([prefix, uri]) =>
    attributeOf(prefix === '' ? 'xmlns' : `xmlns:${prefix}`, uri),
  )
  const children: DocumentElement['children'] = []
  for (const member of members) {
    if (member.name === form.attributeBlock && member.value instanceof JObject) {
      for (const each of member.value.children) {
        attributes.push(attributeOf(writtenName(each.name, form, prefixes), textOf(each.value)))
      }
    } else if (declaredPrefix(member.name, form) === undefined) {
      children.push(...elementsOf(member.name, member.value, form, prefixes))
    }
  }
  if (value instanceof JArray) {
    for (const each of value.children) children.push(elementOf(name, each, form, prefixes))
  }
  const text = value instanceof JValue ? textOf(value) : ''
  if (text !== '') children.push({ kind: 'text', value: text })
  if (value instanceof JValue && value.value === null) attributes.push(...nilAttributes)
  const isEmpty = children.length === 0
  const written = writtenName(name, form, prefixes)
  return { kind: 'element', name: written, uri: '', attributes, children, isEmpty }
}

const nilAttributes = [
  attributeOf('xsi:nil', 'true'),
  attributeOf('xmlns:xsi', 'http://www.w3.org/2001/XMLSchema-instance'),
]

function attributeOf(name: string, value: string): DocumentAttribute {
  return { name, uri: '', value }
}

/** `soap` of `xmlns:soap`, and nothing of `xmlns`; undefined for what declares no namespace. */
function declaredPrefix(name: string, form: Form): string | undefined {
  const { namespacePrefix, separator } = form
  if (namespacePrefix === undefined || !name.startsWith(namespacePrefix)) return undefined
  const rest = name.slice(namespacePrefix.length)
  if (rest === '') return ''
  return rest.startsWith(separator) ? rest.slice(separator.length) : undefined
}

// Only what stands before the separator and was declared is a prefix: `first_name` is one name.
function writtenName(name: string, { separator }: Form, prefixes: Prefixes): string {
  const at = separator === '' ? -1 : name.indexOf(separator)
  const prefix = name.slice(0, Math.max(at, 0))
  if (at > 0 && prefixes.has(prefix)) {
    return `${prefix}:${localName(name.slice(at + separator.length))}`
  }
  return localName(name)
}

function localName(name: string): string {
  const encoded = encodeXmlName(name).replaceAll(':', '_x003A_')
  return encoded === '' ? '_' : encoded
}

function textOf(token: JToken): string {
  return token instanceof JValue ? formatValue(token.value) : token.toString()
}
