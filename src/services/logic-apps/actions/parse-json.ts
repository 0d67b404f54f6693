import { DotnetException } from '../../../languages/dotnet/exceptions.ts'
import { isContent, contentText } from '../../../languages/workflow-expression/content.ts'
import { readJson } from '../../../languages/workflow-expression/json-text.ts'
import { type Value, isObject } from '../../../languages/workflow-expression/value.ts'
import type { ActionCompiler } from '../compile-context.ts'
import { compileSchema } from '../json-schema-check.ts'
import { leafWork } from '../leaf-action.ts'
import { failed, succeeded } from '../outcomes.ts'
import { memberOf, toJson } from '../workflow-value.ts'

/** https://learn.microsoft.com/azure/logic-apps/logic-apps-perform-data-operations#parse-json-action */
export const parseJsonAction: ActionCompiler = (action, context) => {
  const schema = memberOf(action.inputs, 'schema') ?? {}
  const check = checkOf(schema)
  if (!check)
    throw context.refuse(action, `"The 'schema' property of 'inputs' is not a valid JSON schema."`)
  return leafWork(action, context, {
    isExternal: false,
    inputs: { content: memberOf(action.inputs, 'content') ?? null },
    execute: (inputs) => {
      const content = memberOf(inputs, 'content') ?? null
      if (content === null) {
        return failed(
          'InvalidTemplate',
          `The 'content' property of actions of type 'ParseJson' must be valid JSON. The provided value cannot be parsed: 'Value cannot be null. (Parameter 'json')'.`,
        )
      }
      const parsed = parsedContent(content)
      if ('fault' in parsed) {
        return failed(
          'InvalidTemplate',
          `The 'content' property of actions of type 'ParseJson' must be valid JSON. The provided value cannot be parsed: '${parsed.fault}'.`,
        )
      }
      const body = parsed.value
      const problems = check(toJson(body))
      if (problems.length > 0) {
        return failed('SchemaValidationFailed', 'The schema validation failed.', {
          outputs: { body: problems.map((message) => ({ message })) },
          inputs: { content, schema },
        })
      }
      return succeeded({ body }, { content, schema })
    },
  })
}

function parsedContent(content: Value): { readonly value: Value } | { readonly fault: string } {
  const text = isContent(content) ? contentText(content) : content
  if (typeof text !== 'string') return { value: text }
  try {
    return { value: readJson(text) }
  } catch (error) {
    if (error instanceof DotnetException) return { fault: error.message }
    throw error
  }
}

function checkOf(schema: Value) {
  if (!isObject(schema)) return undefined
  try {
    return compileSchema(toJson(schema))
  } catch {
    return undefined
  }
}
