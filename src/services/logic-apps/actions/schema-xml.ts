import { contentOfText, xmlType } from '../../../languages/workflow-expression/content.ts'
import { readJson, writeJson } from '../../../languages/workflow-expression/json-text.ts'
import { isObject, type Value } from '../../../languages/workflow-expression/value.ts'
import type { ActionDefinition } from '../action-definition.ts'
import type { ActionCompiler, CompileContext } from '../compile-context.ts'
import { leafWork } from '../leaf-action.ts'
import { failed, succeeded } from '../outcomes.ts'
import { schemaName } from '../schema-name.ts'
import { memberOf, objectOf, plainText, textOf } from '../workflow-value.ts'

/** https://learn.microsoft.com/azure/logic-apps/logic-apps-enterprise-integration-xml-parse */
export const xmlParse: ActionCompiler = (action, context) => {
  const schema = usableSchema(action, context)
  checkOptions(action, context, {
    xmlReaderSettings: {
      dtdProcessing: ['prohibit', 'parse'],
      xmlNormalization: [true],
      ignoreWhitespace: [true, false],
      ignoreProcessingInstructions: [true, false],
    },
    jsonWriterSettings: { ignoreAttributes: [true, false], useFullyQualifiedNames: [false] },
  })
  const reader = objectOf(action.inputs, 'xmlReaderSettings')
  const writer = objectOf(action.inputs, 'jsonWriterSettings')
  const allowsDtd = /^parse$/i.test(textOf(reader, 'dtdProcessing') ?? '')
  const hidesAttributes = memberOf(writer, 'ignoreAttributes') === true
  return leafWork(action, context, {
    isExternal: false,
    execute: (inputs, { context: { app }, signal }) => {
      const input = plainText(memberOf(inputs, 'content') ?? null)
      if (input === undefined)
        return failed('XmlParseFailed', `The 'content' of '${action.name}' must be XML.`)
      const options = { allowsDtd, hidesAttributes }
      return app.schemas.run({ kind: 'parse', schema, input, signal, options }, ({ text }) =>
        succeeded({ body: { json: readJson(text) } }),
      )
    },
  })
}

/** https://learn.microsoft.com/azure/logic-apps/logic-apps-enterprise-integration-xml-compose */
export const xmlCompose: ActionCompiler = (action, context) => {
  const schema = usableSchema(action, context)
  checkOptions(action, context, {
    xmlWriterSettings: {
      omitXmlDeclaration: [true, false],
      indent: [false],
      newLineOnAttributes: [false],
      encoding: ['utf-8'],
      doNotEscapeUriAttributes: [false],
      conformanceLevel: ['document', 'auto'],
      checkCharacters: [true],
    },
  })
  const writer = objectOf(action.inputs, 'xmlWriterSettings')
  const omitsDeclaration = memberOf(writer, 'omitXmlDeclaration') === true
  return leafWork(action, context, {
    isExternal: false,
    execute: (inputs, { context: { app }, signal }) => {
      const content = memberOf(inputs, 'content') ?? null
      const input = plainText(content) ?? writeJson(content)
      const options = { omitsDeclaration }
      return app.schemas.run({ kind: 'compose', schema, input, signal, options }, ({ text }) =>
        succeeded({ body: { xml: contentOfText(xmlType, text), validationEvents: [] } }),
      )
    },
  })
}

function usableSchema(action: ActionDefinition, context: CompileContext): string {
  const name = schemaName(action, context)
  const problem = context.catalog.schemaProblem('xml', name)
  if (problem !== undefined) throw context.refuse(action, `"${problem}"`)
  return name
}

/** By group and name the values that are supported; texts in lower case. */
type SupportedOptions = Readonly<
  Record<string, Readonly<Record<string, readonly (string | boolean)[]>>>
>

/** Refuses options whose effect is not there, by name. */
function checkOptions(
  action: ActionDefinition,
  context: CompileContext,
  supported: SupportedOptions,
): void {
  for (const name of ['rootNodeQualifiedName', 'dateTimeFormat']) {
    if (memberOf(action.inputs, name) !== undefined)
      throw context.refuse(action, `"The option '${name}' is not supported."`)
  }
  for (const [group, options] of Object.entries(supported)) {
    const given = memberOf(action.inputs, group)
    if (given === undefined || given === null) continue
    const members: [string, Value][] = isObject(given) ? Object.entries(given) : [['', given]]
    for (const [name, value] of members) {
      const plain = typeof value === 'string' ? value.toLowerCase() : value
      if (!options[name]?.some((each) => each === plain)) {
        const path = name === '' ? group : `${group}.${name}`
        throw context.refuse(
          action,
          `"The value '${writeJson(value)}' of the option '${path}' is not supported."`,
        )
      }
    }
  }
}
