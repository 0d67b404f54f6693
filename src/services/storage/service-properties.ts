import type { CorsRule } from './account.ts'
import { invalidInput } from './errors.ts'
import { corsRuleCountMax } from './limits.ts'
import { childrenOf, readXml, textOf, type XmlElement } from './xml-reader.ts'
import { element, group, type Xml } from './xml-writer.ts'

/** What the properties of every service begin with: logging and metrics are never on. */
export function sharedProperties(cors: readonly CorsRule[]): readonly Xml[] {
  const off = [element('Enabled', false)]
  const metrics = [element('Version', '1.0'), ...off, group('RetentionPolicy', off)]
  return [
    group('Logging', [
      element('Version', '1.0'),
      element('Read', false),
      element('Write', false),
      element('Delete', false),
      group('RetentionPolicy', off),
    ]),
    group('HourMetrics', metrics),
    group('MinuteMetrics', metrics),
    group('Cors', cors.map(corsElement)),
  ]
}

export function readServiceProperties(text: string): XmlElement {
  const xml = readXml(text)
  if (xml.name !== 'StorageServiceProperties') {
    throw invalidInput('Expected StorageServiceProperties.')
  }
  return xml
}

/** The rules that are set; absent where nothing is said of them. */
export function readCors(properties: XmlElement): readonly CorsRule[] | undefined {
  const [xml] = childrenOf(properties, 'Cors')
  if (!xml) return undefined
  const rules = childrenOf(xml, 'CorsRule')
  if (rules.length > corsRuleCountMax) throw invalidInput('At most five CORS rules can be set.')
  return rules.map((rule) => {
    const list = (name: string) =>
      (textOf(rule, name) ?? '').split(',').filter((each) => each !== '')
    return {
      allowedOrigins: list('AllowedOrigins'),
      allowedMethods: list('AllowedMethods').map((method) => method.toUpperCase()),
      allowedHeaders: list('AllowedHeaders'),
      exposedHeaders: list('ExposedHeaders'),
      maxAgeSeconds: Number(textOf(rule, 'MaxAgeInSeconds') ?? 0),
    }
  })
}

function corsElement(rule: CorsRule): Xml {
  return group('CorsRule', [
    element('AllowedMethods', rule.allowedMethods.join(',')),
    element('AllowedOrigins', rule.allowedOrigins.join(',')),
    element('AllowedHeaders', rule.allowedHeaders.join(',')),
    element('ExposedHeaders', rule.exposedHeaders.join(',')),
    element('MaxAgeInSeconds', rule.maxAgeSeconds),
  ])
}
