import type { JsonObject, JsonValue } from '../../../base/json.ts'
import {
  type DocumentElement,
  type DocumentNode,
  loadXml,
} from '../../../languages/dotnet/xml-document.ts'
import { messageOfSection } from '../gateway/call-message.ts'
import { compileConversion, convertBody, required } from '../gateway/conversion.ts'
import { isJsonType, isXmlType } from '../gateway/media-type.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'

/** https://learn.microsoft.com/azure/api-management/xml-to-json-policy */
export const xmlToJson: PolicyDefinition = {
  name: 'xml-to-json',
  sections: ['inbound', 'outbound', 'on-error'],
  attributes: ['kind', 'apply', 'consider-accept-header', 'always-array-child-elements'],
  compile(source) {
    const kind = required(source.choice('kind', kinds), source, 'kind')
    const alwaysArray = source.flag('always-array-child-elements')
    const conversion = compileConversion(source, {
      onlyFrom: 'content-type-xml',
      isFrom: isXmlType,
      isTo: isJsonType,
    })
    return (call) => {
      if (!conversion.applies(call)) return
      const form = { ...forms[kind.read(call)], alwaysArray: alwaysArray?.read(call) ?? false }
      const isConverted = convertBody(call, source.name, (text) =>
        JSON.stringify(toJson(text, form)),
      )
      if (isConverted) messageOfSection(call).headers.set('Content-Type', ['application/json'])
    }
  },
}

const kinds = ['direct', 'javascript-friendly'] as const

/** How the parts of XML that JSON has no place for are called. */
interface JsonForm {
  readonly attributeMark: string
  readonly textName: string
  readonly keepsNamespaces: boolean
}

const forms: Readonly<Record<(typeof kinds)[number], JsonForm>> = {
  direct: { attributeMark: '@', textName: '#text', keepsNamespaces: true },
  'javascript-friendly': { attributeMark: '', textName: '$t', keepsNamespaces: false },
}

type Form = JsonForm & { readonly alwaysArray: boolean }

function toJson(text: string, form: Form): JsonObject {
  const members: [string, JsonValue][] = []
  for (const node of loadXml(text)) {
    // The declaration is told as members of the whole, beside the root.
    if (node.kind === 'declaration') {
      members.push(['version', node.version])
      if (node.encoding !== null) members.push(['encoding', node.encoding])
    }
    if (node.kind === 'element') members.push([memberName(node.name), elementValue(node, form)])
  }
  return Object.fromEntries(members)
}

// `:` would have to be quoted by who reads the member: `soap$Body` need not.
function memberName(name: string): string {
  return name.replaceAll(':', '$')
}

function elementValue(element: DocumentElement, form: Form): JsonValue {
  const { attributes, children, isEmpty } = element
  const named = attributes
    .filter(({ name }) => form.keepsNamespaces || !/^xmlns(?::|$)/.test(name))
    .map(({ name, value }): [string, JsonValue] => [form.attributeMark + memberName(name), value])
  const text = children.map(textOf).join('')
  const hasElements = children.some(({ kind }) => kind === 'element')
  if (named.length === 0 && !hasElements) return isEmpty && text === '' ? null : text
  const texts: [string, JsonValue][] = text === '' ? [] : [[form.textName, text]]
  return Object.fromEntries([...named, ...groupedChildren(children, form), ...texts])
}

function groupedChildren(children: readonly DocumentNode[], form: Form): [string, JsonValue][] {
  const groups = new Map<string, JsonValue[]>()
  for (const child of children) {
    if (child.kind !== 'element') continue
    const name = memberName(child.name)
    const group = groups.get(name)
    const value = elementValue(child, form)
    if (group) group.push(value)
    else groups.set(name, [value])
  }
  return [...groups].map(([name, values]) => {
    const [only] = values
    const isSingle = values.length === 1 && only !== undefined && !form.alwaysArray
    return [name, isSingle ? only : values]
  })
}

function textOf(node: DocumentNode): string {
  return node.kind === 'text' || node.kind === 'cdata' ? node.value : ''
}
