/**
 * Fields of forms and parts of multipart bodies, from the outputs of an action or of the trigger. Their body has the
 * fields as `$formdata` (`{ key, value }`) or the parts as `$multipart` (`{ headers, body }`).
 * https://learn.microsoft.com/azure/logic-apps/workflow-definition-language-functions-reference#formDataValue
 */
import { integerArgument, stringArgument } from '../arguments.ts'
import type { ExpressionEnvironment } from '../environment.ts'
import { functionError, type ExpressionError } from '../expression-error.ts'
import type { FunctionFamily } from '../function-body.ts'
import { isArray, isObject, propertyOf, type Value } from '../value.ts'

export const formFunctions: FunctionFamily = {
  formDataValue: (args, environment) => {
    const outputs = actionOutputs('formDataValue', args, environment)
    return onlyField('formDataValue', outputs, stringArgument('formDataValue', args, 1))
  },
  formDataMultiValues: (args, environment) => {
    const outputs = actionOutputs('formDataMultiValues', args, environment)
    return fields('formDataMultiValues', outputs, stringArgument('formDataMultiValues', args, 1))
  },
  multipartBody: (args, environment) => {
    const outputs = actionOutputs('multipartBody', args, environment)
    return partBody('multipartBody', outputs, integerArgument('multipartBody', args, 1))
  },
  triggerFormDataValue: (args, environment) => {
    const key = stringArgument('triggerFormDataValue', args, 0)
    return onlyField('triggerFormDataValue', triggerOutputs(environment), key)
  },
  triggerFormDataMultiValues: (args, environment) => {
    const key = stringArgument('triggerFormDataMultiValues', args, 0)
    return fields('triggerFormDataMultiValues', triggerOutputs(environment), key)
  },
  triggerMultipartBody: (args, environment) => {
    const index = integerArgument('triggerMultipartBody', args, 0)
    return partBody('triggerMultipartBody', triggerOutputs(environment), index)
  },
}

function actionOutputs(
  name: string,
  args: readonly Value[],
  environment: ExpressionEnvironment,
): Value {
  return environment.callRoot('outputs', [stringArgument(name, args, 0)])
}

function triggerOutputs(environment: ExpressionEnvironment): Value {
  return environment.callRoot('triggerOutputs', [])
}

function member(value: Value | undefined, name: string): Value {
  return value !== undefined && isObject(value) ? (propertyOf(value, name) ?? null) : null
}

function items(value: Value): readonly Value[] {
  return isArray(value) ? value : []
}

function contentType(outputs: Value): string | undefined {
  const header = member(member(outputs, 'headers'), 'Content-Type')
  const type = header ?? member(member(outputs, 'body'), '$content-type')
  return typeof type === 'string' ? type : undefined
}

function onlyField(name: string, outputs: Value, key: string): Value {
  const found = fields(name, outputs, key)
  if (found.length <= 1) return found[0] ?? null
  throw notRetrieved(
    name,
    'formdata',
    `There are more than one items matching the field name '${key}'.`,
  )
}

function fields(name: string, outputs: Value, key: string): readonly Value[] {
  const type = contentType(outputs)
  if (!/^\s*(?:multipart\/form-data|application\/x-www-form-urlencoded)\b/i.test(type ?? '')) {
    throw notRetrieved(
      name,
      'formdata',
      `The output content is not a valid form data content. Supported form data content types are 'multipart/form-data' and 'application/x-www-form-urlencoded' and the provided content type is '${type ?? '<null>'}'.`,
    )
  }
  const body = member(outputs, 'body')
  const form = items(member(body, '$formdata'))
  if (form.length > 0) {
    return form
      .filter((entry) => member(entry, 'key') === key)
      .map((entry) => member(entry, 'value'))
  }
  return items(member(body, '$multipart'))
    .filter((entry) => partName(entry) === key)
    .map((entry) => member(entry, 'body'))
}

function partName(entry: Value): string | undefined {
  const disposition = member(member(entry, 'headers'), 'Content-Disposition')
  if (typeof disposition !== 'string') return undefined
  const [, quoted, bare] = /[;\s]name=(?:"([^"]*)"|([^;\s]+))/i.exec(disposition) ?? []
  return quoted ?? bare
}

function partBody(name: string, outputs: Value, index: number): Value {
  const type = contentType(outputs)
  if (!/^\s*multipart\//i.test(type ?? '')) {
    throw notRetrieved(
      name,
      'multipart',
      `The supported multipart content type is 'multipart/*' and the provided content type is '${type ?? '<null>'}'.`,
    )
  }
  const parts = items(member(member(outputs, 'body'), '$multipart'))
  const part = parts[index]
  if (part !== undefined) return member(part, 'body')
  throw notRetrieved(
    name,
    'multipart',
    `The index value '${index}' exceeds the number of multipart contents '${parts.length}' in the outputs.`,
  )
}

function notRetrieved(name: string, what: string, why: string): ExpressionError {
  return functionError(name, `failed to retrieve ${what} contents from outputs. ${why}`)
}
