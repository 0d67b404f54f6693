import type { HeaderList } from './header-list.ts'

/** The media type of a message in lower case, without its parameters; empty where it has none. */
export function mediaTypeOf(headers: HeaderList): string {
  return plainType(headers.get('content-type')?.[0] ?? '')
}

/** `application/json` of `Application/JSON; charset=utf-8`. */
export function plainType(text: string): string {
  return (text.split(';', 1)[0] ?? '').trim().toLowerCase()
}

/** True for `application/json`, `text/json` and `application/hal+json`. */
export function isJsonType(type: string): boolean {
  return /^[\w.-]+\/(?:[\w.-]+\+)?json$/.test(type)
}

/** True for `application/xml`, `text/xml` and `application/soap+xml`. */
export function isXmlType(type: string): boolean {
  return /^[\w.-]+\/(?:[\w.-]+\+)?xml$/.test(type)
}

/** True when a request names such a type in its `Accept` header: that it takes anything does not count. */
export function accepts(headers: HeaderList, isWanted: (type: string) => boolean): boolean {
  return (headers.text('accept') ?? '').split(',').some((each) => isWanted(plainType(each)))
}
