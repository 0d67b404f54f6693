import { SourceError } from '../../../base/errors.ts'
import type { PolicyElement } from '../../../languages/xml/policy-document.ts'
import { type Stylesheet, compileStylesheet } from '../../../languages/xslt/stylesheet.ts'
import { convertBody, useBody } from '../gateway/conversion.ts'
import type { PolicySource } from '../gateway/policy-source.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'
import { transformStepsMax } from '../limits.ts'
import { namesIn, replacePlaceholders } from '../placeholders.ts'

/** https://learn.microsoft.com/azure/api-management/xsl-transform-policy */
export const xslTransform: PolicyDefinition = {
  name: 'xsl-transform',
  sections: ['inbound', 'outbound'],
  attributes: [],
  elements: ['*'],
  compile(source) {
    const parameters = source.children('parameter').map((each) => ({
      name: each.literal('name') ?? each.requiredLiteral('parameter-name'),
      value: each.contentText(),
    }))
    const sheets = source.element.children.filter(({ name }) => name !== 'parameter')
    const [sheet, second] = sheets
    if (!sheet) throw source.fault("a stylesheet is missing: 'xsl:stylesheet'.")
    if (second) throw source.fault(`'${second.name}' is not allowed in 'xsl-transform'.`)
    noteAll(source, sheet)
    useBody(source)
    const stylesheet = compileSheet(source, sheet)
    return (call) => {
      const values = parameters.map(({ name, value }) => [name, value.read(call)])
      convertBody(call, source.name, (text) => {
        const options = { parameters: Object.fromEntries(values), stepsMax: transformStepsMax }
        return stylesheet().transform(text, options).text
      })
    }
  },
}

// A stylesheet with named values in it is compiled again when one of them is another than the last time.
function compileSheet(source: PolicySource, sheet: PolicyElement): () => Stylesheet {
  const text = textOf(sheet)
  const names = [...namesIn(text)]
  for (const name of names) {
    if (source.environment.namedValue(name) === undefined) {
      throw source.fault(`Cannot find a property '${name}'.`)
    }
    source.usage.addRead(name)
  }
  const valueOf = (name: string): string | undefined => source.environment.namedValue(name)
  const first = replacePlaceholders(text, valueOf)
  let compiled = { text: first, stylesheet: compileAt(first, source, sheet) }
  return () => {
    if (names.length === 0) return compiled.stylesheet
    const now = replacePlaceholders(text, valueOf)
    if (now !== compiled.text) {
      compiled = { text: now, stylesheet: compileAt(now, source, sheet) }
    }
    return compiled.stylesheet
  }
}

function compileAt(text: string, source: PolicySource, sheet: PolicyElement): Stylesheet {
  try {
    return compileStylesheet(text)
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    const { line, column } = error.position
    const at = { line: sheet.line + line - 1, column: line === 1 ? sheet.column : column }
    throw source.expressionFault(error.message.replace(/^\S*:\d+:\d+: /, ''), at)
  }
}

// The element as it stands in the document; its start tag is written anew.
function textOf({ name, attributes, inner }: PolicyElement): string {
  const written = attributes.map((each) => ` ${each.name}="${escape(each.value.text)}"`)
  return `<${name}${written.join('')}>${inner}</${name}>`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

function noteAll(source: PolicySource, element: PolicyElement): void {
  source.environment.noteRead(element)
  for (const { name } of element.attributes) source.environment.noteRead(element, name)
  for (const child of element.children) noteAll(source, child)
}
