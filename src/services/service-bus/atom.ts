/** Atom as the administration of Service Bus speaks it: https://learn.microsoft.com/en-us/rest/api/servicebus/entities */

/** An element with what is in it: text, or elements. */
export interface XmlPart {
  readonly name: string
  readonly attributes?: Readonly<Record<string, string>>
  readonly content: string | readonly XmlPart[]
}

export interface AtomEntry {
  /** `https://host/orders?api-version=2021-05` */
  readonly id: string
  readonly title: string
  readonly publishedMs: number
  readonly updatedMs: number
  readonly author: string
  readonly description: XmlPart
}

const serviceBusNamespace = 'http://schemas.microsoft.com/netservices/2010/10/servicebus/connect'
const instanceNamespace = 'http://www.w3.org/2001/XMLSchema-instance'
const atomNamespace = 'http://www.w3.org/2005/Atom'

export function writeEntry(entry: AtomEntry): string {
  return writePart(entryPart(entry))
}

export function writeFeed(feed: {
  readonly id: string
  readonly title: string
  readonly updatedMs: number
  readonly next: string | undefined
  readonly entries: readonly AtomEntry[]
}): string {
  const { id, title, updatedMs, next, entries } = feed
  return writePart({
    name: 'feed',
    attributes: { xmlns: atomNamespace },
    content: [
      { name: 'title', attributes: { type: 'text' }, content: title },
      { name: 'id', content: id },
      { name: 'updated', content: time(updatedMs) },
      { name: 'link', attributes: { rel: 'self', href: id }, content: '' },
      ...(next === undefined
        ? []
        : [{ name: 'link', attributes: { rel: 'next', href: next }, content: '' }]),
      ...entries.map(entryPart),
    ],
  })
}

export function writeError(status: number, detail: string): string {
  return writePart({
    name: 'Error',
    content: [
      { name: 'Code', content: String(status) },
      { name: 'Detail', content: detail },
    ],
  })
}

/** A description of an entity: `<QueueDescription>` in the namespace of Service Bus. */
export function description(name: string, content: readonly XmlPart[]): XmlPart {
  return {
    name,
    attributes: { xmlns: serviceBusNamespace, 'xmlns:i': instanceNamespace },
    content,
  }
}

/** Times as .NET writes them. */
export function time(ms: number): string {
  return new Date(ms).toISOString()
}

function entryPart(entry: AtomEntry): XmlPart {
  return {
    name: 'entry',
    attributes: { xmlns: atomNamespace },
    content: [
      { name: 'id', content: entry.id },
      { name: 'title', attributes: { type: 'text' }, content: entry.title },
      { name: 'published', content: time(entry.publishedMs) },
      { name: 'updated', content: time(entry.updatedMs) },
      { name: 'author', content: [{ name: 'name', content: entry.author }] },
      { name: 'link', attributes: { rel: 'self', href: entry.id }, content: '' },
      { name: 'content', attributes: { type: 'application/xml' }, content: [entry.description] },
    ],
  }
}

function writePart({ name, attributes = {}, content }: XmlPart): string {
  const written = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escaped(value)}"`)
    .join('')
  const inner = typeof content === 'string' ? escaped(content) : content.map(writePart).join('')
  return inner === '' ? `<${name}${written}/>` : `<${name}${written}>${inner}</${name}>`
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/\p{Cc}/gu, (control) => (/\s/.test(control) ? control : '\ufffd'))
}
