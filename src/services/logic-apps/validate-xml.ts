import { messageOf } from '../../base/errors.ts'
import type { TransformAnswer } from './transform-request.ts'

/** Checks a document by a schema. https://learn.microsoft.com/azure/logic-apps/logic-apps-enterprise-integration-xml-validation */
export async function validateXml(
  xml: string,
  schema: { readonly name: string; readonly text: string },
): Promise<TransformAnswer> {
  // The library is a megabyte that most apps never need.
  const { XmlDocument, XsdValidator } = await import('libxml2-wasm')
  const document = parsed(() => XmlDocument.fromString(xml))
  if ('fault' in document) return { code: 'InvalidXml', error: document.fault }
  const definition = parsed(() => XmlDocument.fromString(schema.text))
  if ('fault' in definition) {
    document.value.dispose()
    const error = `The schema '${schema.name}' is not valid. ${definition.fault}`
    return { code: 'InvalidSchema', error }
  }
  const validator = parsed(() => XsdValidator.fromDoc(definition.value))
  try {
    if ('fault' in validator) {
      const error = `The schema '${schema.name}' is not valid. ${validator.fault}`
      return { code: 'InvalidSchema', error }
    }
    validator.value.validate(document.value)
    return { text: '', method: 'xml', mediaType: '' }
  } catch (error) {
    const reason = `XML validation failed. Please check the errors: '${messageOf(error)}'.`
    return { code: 'XmlValidationFailed', error: reason }
  } finally {
    if ('value' in validator) validator.value.dispose()
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
