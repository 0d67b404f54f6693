import { SourceError } from '../../../base/errors.ts'
import { parseXml } from '../../../languages/xml/parse-xml.ts'
import { writeXml } from '../../../languages/xml/write-xml.ts'

const soapNamespaces: ReadonlySet<string> = new Set([
  'http://schemas.xmlsoap.org/soap/envelope/',
  'http://www.w3.org/2003/05/soap-envelope',
])

/** The XML inside the body of a SOAP envelope; throws `SourceError` for a text that is none. */
export function soapBodyOf(text: string): string {
  const [envelope] = parseXml(text).children.filter(({ kind }) => kind === 'element')
  const isEnvelope = envelope?.name.local === 'Envelope' && soapNamespaces.has(envelope.name.uri)
  const body = envelope?.children.find(
    ({ kind, name }) => kind === 'element' && name.local === 'Body' && soapNamespaces.has(name.uri),
  )
  const payload = body?.children.find(({ kind }) => kind === 'element')
  if (isEnvelope && payload) return writeXml(payload)
  throw new SourceError('InvalidXml', 'The message is no SOAP envelope with a body.', {
    line: 1,
    column: 1,
  })
}
