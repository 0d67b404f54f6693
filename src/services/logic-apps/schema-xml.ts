import { stringValue, type XmlNode } from '../../languages/xml/xml-tree.ts'
import { parseXml } from '../../languages/xml/parse-xml.ts'
import { readJson } from '../../languages/workflow-expression/json-text.ts'
import { textOf as valueText } from '../../languages/workflow-expression/value-text.ts'
import {
  type Value,
  isArray,
  isObject,
  makeObject,
  propertyOf,
} from '../../languages/workflow-expression/value.ts'
import type { SchemaOptions } from './transform-request.ts'
import { elements, type SchemaElement, type XmlSchema } from './xsd-schema.ts'

/** XML, or JSON, that does not fit its schema. */
export class SchemaMismatch extends Error {
  override readonly name = 'SchemaMismatch'
}

/**
 * XML as JSON with the types of its schema: numbers and booleans, and a list for each element that may come more than once.
 * https://learn.microsoft.com/azure/logic-apps/parse-compose-xml
 */
export function parseBySchema(
  xml: string,
  schema: XmlSchema,
  { allowsDtd = false, hidesAttributes = false }: SchemaOptions = {},
): Value {
  if (!allowsDtd && /<!DOCTYPE/.test(xml)) {
    throw new SchemaMismatch(
      'For security reasons DTD is prohibited in this XML document. To enable DTD processing set the DtdProcessing property on XmlReaderSettings to Parse and pass the settings into XmlReader.Create method.',
    )
  }
  const [root] = elements(parseXml(xml))
  const declared = schema.roots.find(
    ({ name, namespace }) => name === root?.name.local && namespace === root.name.uri,
  )
  if (!root || !declared) {
    throw new SchemaMismatch(
      `The root element '${root?.name.local ?? ''}' is not declared in the schema.`,
    )
  }
  return makeObject([[declared.name, valueOf(root, declared, hidesAttributes)]])
}

function valueOf(node: XmlNode, declared: SchemaElement, hidesAttributes: boolean): Value {
  if (declared.type !== 'complex') return typed(stringValue(node), declared.type, declared.name)
  const attributes = hidesAttributes ? [] : declared.attributes
  const members: [string, Value][] = attributes.flatMap(({ name, type }): [string, Value][] => {
    const found = node.attributes.find((each) => each.name.local === name)
    return found ? [[`@${name}`, typed(found.value, type, name)]] : []
  })
  for (const child of declared.children) {
    const found = elements(node).filter(({ name }) => name.local === child.name)
    if (found.length < child.minOccurs) {
      throw new SchemaMismatch(`The element '${child.name}' of '${declared.name}' is missing.`)
    }
    const values = found.map((each) => valueOf(each, child, hidesAttributes))
    if (child.maxOccurs > 1) members.push([child.name, values])
    else if (values[0] !== undefined) members.push([child.name, values[0]])
  }
  const known = new Set(declared.children.map(({ name }) => name))
  const other = elements(node).find(({ name }) => !known.has(name.local))
  if (other)
    throw new SchemaMismatch(
      `The element '${other.name.local}' of '${declared.name}' is not declared in the schema.`,
    )
  return makeObject(members)
}

function typed(text: string, type: SchemaElement['type'], name: string): Value {
  const trimmed = text.trim()
  if (type === 'text' || type === 'complex') return text
  if (type === 'boolean') {
    if (/^(?:true|1)$/.test(trimmed)) return true
    if (/^(?:false|0)$/.test(trimmed)) return false
  } else if (/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(trimmed)) {
    return readJson(trimmed.replace(/^(-?)0+(?=\d)/, '$1'))
  }
  throw new SchemaMismatch(`The value '${text}' of '${name}' is not of its type in the schema.`)
}

/** JSON as XML in the order of its schema. */
export function composeBySchema(
  json: Value,
  schema: XmlSchema,
  { omitsDeclaration = false }: SchemaOptions = {},
): string {
  const [name = '', value = null] = isObject(json) ? (Object.entries(json)[0] ?? []) : []
  const declared = schema.roots.find((root) => root.name === name)
  if (!declared)
    throw new SchemaMismatch(`The root element '${name}' is not declared in the schema.`)
  const xml = written(declared, value)
  const uri = schema.namespace === '' ? '' : ` xmlns:ns0="${escaped(schema.namespace)}"`
  const declaration = omitsDeclaration ? '' : '<?xml version="1.0" encoding="utf-8"?>'
  return `${declaration}${xml.replace(/^<[^\s>/]+/, (tag) => tag + uri)}`
}

function written(declared: SchemaElement, value: Value): string {
  const name = declared.namespace === '' ? declared.name : `ns0:${declared.name}`
  if (declared.type !== 'complex') return `<${name}>${escaped(textFor(value))}</${name}>`
  const object = isObject(value) ? value : {}
  const attributes = declared.attributes.map((attribute) => {
    const found = propertyOf(object, `@${attribute.name}`)
    return found === undefined ? '' : ` ${attribute.name}="${escaped(textFor(found))}"`
  })
  const inner = declared.children.map((child) => {
    const found = propertyOf(object, child.name)
    const values = found === undefined ? [] : isArray(found) ? found : [found]
    if (values.length < child.minOccurs) {
      throw new SchemaMismatch(`The property '${child.name}' of '${declared.name}' is missing.`)
    }
    return values.map((each) => written(child, each)).join('')
  })
  return `<${name}${attributes.join('')}>${inner.join('')}</${name}>`
}

function textFor(value: Value): string {
  return typeof value === 'boolean' ? String(value) : valueText(value)
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
