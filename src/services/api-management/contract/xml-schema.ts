// What libxml2 holds is in its own memory: a schema stays there until the process ends, so each is compiled once.
import { SourceError, messageOf } from '../../../base/errors.ts'
import { readXml } from '../../../languages/xml/read-xml.ts'
import type { XmlEvents } from '../../../languages/xml/xml-events.ts'
import { type SchemaCheck, type SchemaFault, SchemaUnusable } from './schema-fault.ts'

/** Gives the text of another schema of the service by its id. */
export type FindSchemaText = (id: string) => string | undefined

/**
 * Compiles an XML schema. It may include others of the service as `/schemas/{id}`, and nothing else is read. Throws
 * `SchemaUnusable`. https://learn.microsoft.com/azure/api-management/validate-content-policy#schemas-for-content-validation
 */
export async function compileXmlSchema(text: string, find: FindSchemaText): Promise<SchemaCheck> {
  const xml = await import('libxml2-wasm')
  const included = includedIn(text, find)
  const provider = new xml.XmlBufferInputProvider(included)
  xml.xmlRegisterInputProvider(provider)
  try {
    const document = xml.XmlDocument.fromString(text, { option: xml.ParseOption.XML_PARSE_NONET })
    const validator = xml.XsdValidator.fromDoc(document)
    return (message) => {
      refuseTypes(message)
      const parsed = xml.XmlDocument.fromString(message, {
        option: xml.ParseOption.XML_PARSE_NONET,
      })
      try {
        validator.validate(parsed)
        return []
      } catch (error) {
        if (error instanceof xml.XmlValidateError) return error.details.map(toFault)
        throw error
      } finally {
        parsed.dispose()
      }
    }
  } catch (cause) {
    throw new SchemaUnusable(`The schema cannot be used: ${messageOf(cause).trim()}`, { cause })
  } finally {
    xml.xmlCleanupInputProvider()
  }
}

function toFault({
  message,
  line,
  col,
}: {
  message: string
  line: number
  col: number
}): SchemaFault {
  return { message: message.trim(), line, position: col }
}

const inclusion =
  /<(?:\w+:)?(?:include|import|redefine)\b[^>]*?\bschemaLocation\s*=\s*["']([^"']*)["']/g
const includedMax = 100

function includedIn(text: string, find: FindSchemaText): Record<string, Uint8Array> {
  const found = new Map<string, Uint8Array>()
  const waiting = [text]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const [, location = ''] of next.matchAll(inclusion)) {
      if (found.has(location)) continue
      const [, id = ''] = /^\/?schemas\/([^/]+)$/.exec(location) ?? []
      const included = id === '' ? undefined : find(id)
      if (included === undefined || found.size === includedMax) {
        throw new SchemaUnusable(
          `The schema refers to '${location}', which is no schema of the service.`,
        )
      }
      found.set(location, Buffer.from(included))
      waiting.push(included)
    }
  }
  return Object.fromEntries(found)
}

// As .NET's reader has it. The text is read here first, too: what is wrong with it is told in that reader's words.
function refuseTypes(text: string): void {
  readXml(text, new TypelessEvents())
}

class TypelessEvents implements XmlEvents {
  documentType(): void {
    throw new SourceError(
      'InvalidXml',
      'For security reasons DTD is prohibited in this XML document.',
      { line: 1, column: 1 },
    )
  }

  declaration(): void {}
  startElement(): void {}
  endElement(): void {}
  text(): void {}
  cdata(): void {}
  comment(): void {}
  instruction(): void {}
}
