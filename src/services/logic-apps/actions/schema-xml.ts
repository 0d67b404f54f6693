import type { Outcome } from '../../../engines/workflow/action-call.ts'
import { SourceError } from '../../../base/errors.ts'
import { DotnetException } from '../../../languages/dotnet/exceptions.ts'
import { contentOfText, xmlType } from '../../../languages/workflow-expression/content.ts'
import { readJson } from '../../../languages/workflow-expression/json-text.ts'
import type { Value } from '../../../languages/workflow-expression/value.ts'
import type { ActionDefinition } from '../action-definition.ts'
import type { ActionCompiler } from '../compile-context.ts'
import { leafWork } from '../leaf-action.ts'
import { failed, succeeded } from '../outcomes.ts'
import { schemaName } from '../schema-name.ts'
import { composeBySchema, parseBySchema, SchemaMismatch } from '../schema-xml.ts'
import { memberOf, plainText } from '../workflow-value.ts'
import { readXmlSchema, SchemaNotSupported, type XmlSchema } from '../xsd-schema.ts'

/** https://learn.microsoft.com/azure/logic-apps/parse-compose-xml */
export const xmlParse = bySchema((content, schema) => parseBySchema(textFor(content), schema))

/** https://learn.microsoft.com/azure/logic-apps/parse-compose-xml */
export const xmlCompose = bySchema((content, schema) =>
  contentOfText(xmlType, composeBySchema(jsonFor(content), schema)),
)

function bySchema(convert: (content: Value, schema: XmlSchema) => Value): ActionCompiler {
  return (action, context) => {
    const name = schemaName(action, context)
    return leafWork(action, context, {
      isExternal: false,
      execute: (inputs, call): Outcome => {
        const text = call.context.app.artifacts.read('Schemas', name) ?? ''
        try {
          return succeeded({
            body: convert(memberOf(inputs, 'content') ?? null, readXmlSchema(text)),
          })
        } catch (error) {
          return failureOf(action, error)
        }
      },
    })
  }
}

function failureOf(action: ActionDefinition, error: unknown): Outcome {
  const isKnown =
    error instanceof SchemaMismatch ||
    error instanceof SchemaNotSupported ||
    error instanceof SourceError ||
    error instanceof DotnetException
  if (!isKnown) throw error
  return failed(
    `${action.type}Failed`,
    `An error occurred while processing the content of the action '${action.name}'. The error details: '${error.message}'.`,
  )
}

function textFor(content: Value): string {
  return plainText(content) ?? ''
}

function jsonFor(content: Value): Value {
  const text = plainText(content)
  return text === undefined ? content : readJson(text)
}
