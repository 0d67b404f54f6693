import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { SourceError } from '../../base/errors.ts'
import { parseXml } from '../xml/parse-xml.ts'
import { qualifiedName } from '../xml/xml-name.ts'
import { stringValue, type XmlNode } from '../xml/xml-tree.ts'
import { compileXPath } from './compile.ts'
import type { XPathValue } from './context.ts'
import { numberText } from './values.ts'

// A case: a document, an empty line, expressions, one a line; a line `----------`; the values, one a line. The
// context node is the root, `$number`, `$text` and `$nodes` (the root's first child) are given.
const folder = join('tests', 'golden', 'xpath')

for (const file of readdirSync(folder).filter((name) => name.endsWith('.golden'))) {
  test(`xpath golden: ${file}`, () => {
    const [input = '', expected = ''] = readFileSync(join(folder, file), 'utf8').split(
      '----------\n',
    )
    const split = input.indexOf('\n\n')
    const root = parseXml(input.slice(0, split))
    const expressions = input.slice(split).trim().split('\n')
    const answers = expressions.map(
      (expression) => `${expression}  =>  ${answer(expression, root)}`,
    )
    const wanted = expected.trimEnd().split('\n')
    assert.deepEqual(
      answers,
      expressions.map((expression, index) => `${expression}  =>  ${wanted[index]}`),
    )
    assert.equal(wanted.length, expressions.length)
  })
}

function answer(expression: string, root: XmlNode): string {
  try {
    const xpath = compileXPath(expression, { namespaces: { p: 'urn:p', q: 'urn:q' } })
    const variables = new Map<string, XPathValue>([
      ['number', 2],
      ['text', 'two'],
      ['nodes', root.children.slice(0, 1)],
    ])
    return valueText(xpath.evaluate(root, { variables }))
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    return `error ${error.message.replace('(text):', '')}`
  }
}

function valueText(value: XPathValue): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') return numberText(value)
  if (typeof value === 'boolean') return String(value)
  return `{${value.map(nodeText).join(', ')}}`
}

function nodeText(node: XmlNode): string {
  switch (node.kind) {
    case 'root':
      return '/'
    case 'element':
      return qualifiedName(node.name)
    case 'attribute':
      return `@${qualifiedName(node.name)}=${node.value}`
    case 'namespace':
      return `namespace ${node.name.local}=${node.value}`
    case 'instruction':
      return `?${node.name.local}`
    case 'comment':
      return `!${node.value}`
    case 'text':
      return JSON.stringify(stringValue(node))
  }
}
