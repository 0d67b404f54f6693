import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseXml } from '../../languages/xml/parse-xml.ts'
import { attributeNode } from '../../languages/xml/xml-tree.ts'
import type { TransformResult } from './transform-request.ts'

/** Where the package `saxon-js` is: beside the app, else beside the platform; `undefined` when nobody installed it. */
export function findSaxon(dir: string): string | undefined {
  for (const from of [join(dir, 'package.json'), import.meta.url]) {
    try {
      return createRequire(from).resolve('saxon-js')
    } catch {
      // Not installed there.
    }
  }
  return undefined
}

/** A transformation of XSLT 2.0 or 3.0. */
interface SaxonCall {
  readonly stylesheet: string
  /** The file of the stylesheet, from which it finds its modules. */
  readonly path: string
  readonly input: string
  readonly parameters: Readonly<Record<string, string>>
}

// The compiler of stylesheets can be reached only through the function `transform` of XPath.
const expression = `transform(map {
  'stylesheet-text': $stylesheet,
  'stylesheet-base-uri': $base,
  'source-node': parse-xml($input),
  'delivery-format': 'serialized',
  'stylesheet-params': map:merge((1 to count($names)) ! map { QName('', $names[.]): $values[.] })
})?output`

/** Transforms by the package that the user installed. https://www.saxonica.com/saxonjs/documentation2/ */
export function transformBySaxon(engine: string, call: SaxonCall): TransformResult {
  const { stylesheet, path, input, parameters } = call
  const text: unknown = evaluatorOf(engine)(expression, null, {
    params: {
      stylesheet,
      base: pathToFileURL(path).href,
      input,
      names: Object.keys(parameters),
      values: Object.values(parameters),
    },
    namespaceContext: { map: 'http://www.w3.org/2005/xpath-functions/map' },
  })
  return { text: typeof text === 'string' ? text : '', ...outputOf(stylesheet) }
}

type Evaluate = (expression: string, context: null, options: object) => unknown

function evaluatorOf(engine: string): Evaluate {
  const loaded: unknown = createRequire(import.meta.url)(engine)
  assert(hasXPath(loaded), 'the package saxon-js has no XPath.evaluate')
  return loaded.XPath.evaluate
}

function hasXPath(value: unknown): value is { XPath: { evaluate: Evaluate } } {
  if (typeof value !== 'object' || value === null || !('XPath' in value)) return false
  const { XPath: xpath } = value
  return (
    typeof xpath === 'object' &&
    xpath !== null &&
    'evaluate' in xpath &&
    typeof xpath.evaluate === 'function'
  )
}

function outputOf(stylesheet: string): { method: string; mediaType: string } {
  const root = parseXml(stylesheet).children.find(({ kind }) => kind === 'element')
  const output = root?.children.find(
    (node) =>
      node.kind === 'element' && node.name.local === 'output' && !attributeNode(node, 'name'),
  )
  const method = output && attributeNode(output, 'method')?.value
  const mediaType = output && attributeNode(output, 'media-type')?.value
  return { method: method ?? 'xml', mediaType: mediaType ?? '' }
}
