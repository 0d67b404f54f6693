/**
 * JSON and XML texts.
 * https://learn.microsoft.com/azure/logic-apps/workflow-definition-language-functions-reference#xml
 */
import { DotnetException } from '../../dotnet/exceptions.ts'
import { wrongOnly } from '../arguments.ts'
import { contentText, isContent } from '../content.ts'
import { functionError, usage } from '../expression-error.ts'
import type { FunctionFamily } from '../function-body.ts'
import { readJson } from '../json-text.ts'
import type { Value } from '../value.ts'

export const xmlFunctions: FunctionFamily = {
  json: ([value = null]) => {
    if (isContent(value)) return parseJsonText(contentText(value))
    if (typeof value === 'string') return parseJsonText(value)
    throw wrongOnly('json', 'be a string or an XML', value)
  },
}

function parseJsonText(text: string): Value {
  try {
    return readJson(text)
  } catch (error) {
    if (!(error instanceof DotnetException)) throw error
    throw functionError(
      'json',
      `parameter is not valid. The provided value '${text}' cannot be parsed: '${positioned(error.message)}'.${usage('json')}`,
    )
  }
}

// Newtonsoft counts the lines from zero until it has read a token.
function positioned(message: string): string {
  return message.replace("Path '', line 1, position 0.", "Path '', line 0, position 0.")
}
