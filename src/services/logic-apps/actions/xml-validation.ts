import type { Outcome } from '../../../engines/workflow/action-call.ts'
import { messageOf } from '../../../base/errors.ts'
import type { ActionCompiler } from '../compile-context.ts'
import { leafWork, type LeafCall } from '../leaf-action.ts'
import { xmlBytesMax } from '../limits.ts'
import { failed, succeeded } from '../outcomes.ts'
import { memberOf, objectOf, plainText, textOf } from '../workflow-value.ts'

/** https://learn.microsoft.com/azure/logic-apps/logic-apps-enterprise-integration-xml-validation */
export const xmlValidation: ActionCompiler = (action, context) => {
  const schema = objectOf(action.inputs, 'schema')
  const account = objectOf(objectOf(action.inputs, 'integrationAccount'), 'schema')
  const name = textOf(schema, 'name') ?? textOf(account, 'name')
  if (name === undefined || !context.catalog.artifact('Schemas', name)) {
    throw context.refuse(
      action,
      `"The schema '${name ?? ''}' is not in the folder 'Artifacts/Schemas' of the app."`,
    )
  }
  return leafWork(action, context, {
    isExternal: false,
    execute: (inputs, call) => {
      const content = memberOf(inputs, 'content') ?? null
      const xml = plainText(content)
      if (xml === undefined || Buffer.byteLength(xml) > xmlBytesMax) {
        return failed(
          'InvalidXml',
          `The 'content' of the action '${action.name}' must be XML of at most '${xmlBytesMax}' bytes.`,
        )
      }
      return validate(call, { schema: name, xml })
    },
  })
}

async function validate(call: LeafCall, parts: { schema: string; xml: string }): Promise<Outcome> {
  // The library is a megabyte that most apps never need.
  const { XmlDocument, XsdValidator } = await import('libxml2-wasm')
  const schema = call.context.app.artifacts.read('Schemas', parts.schema) ?? ''
  const document = parsed(() => XmlDocument.fromString(parts.xml))
  if ('fault' in document) return failed('InvalidXml', document.fault)
  const definition = parsed(() => XmlDocument.fromString(schema))
  if ('fault' in definition) {
    document.value.dispose()
    return failed('InvalidSchema', `The schema '${parts.schema}' is not valid. ${definition.fault}`)
  }
  try {
    const validator = XsdValidator.fromDoc(definition.value)
    try {
      validator.validate(document.value)
      return succeeded({ body: {} })
    } finally {
      validator.dispose()
    }
  } catch (error) {
    return failed(
      'XmlValidationFailed',
      `XML validation failed. Please check the errors: '${messageOf(error)}'.`,
    )
  } finally {
    document.value.dispose()
    definition.value.dispose()
  }
}

function parsed<T>(parse: () => T): { readonly value: T } | { readonly fault: string } {
  try {
    return { value: parse() }
  } catch (error) {
    return { fault: messageOf(error) }
  }
}
