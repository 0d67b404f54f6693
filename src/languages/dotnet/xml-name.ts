import { argumentError, argumentNull, DotnetException } from './exceptions.ts'
import type { DotnetObject } from './value.ts'

/** XmlException. */
export function xmlException(message: string): DotnetException {
  return new DotnetException('System.Xml.XmlException', message)
}

/** System.Xml.Linq.XNamespace. */
export class XNamespace implements DotnetObject {
  readonly typeName = 'System.Xml.Linq.XNamespace'
  readonly namespaceName: string

  constructor(namespaceName: string | null) {
    if (namespaceName === null) throw argumentNull('namespaceName')
    this.namespaceName = namespaceName
  }

  /** `namespace + "name"`. */
  getName(localName: string | null): XName {
    if (localName === null) throw argumentNull('localName')
    return new XName(localName, this.namespaceName)
  }

  equals(other: unknown): boolean {
    return other instanceof XNamespace && other.namespaceName === this.namespaceName
  }

  hashKey(): string {
    return `XNamespace ${this.namespaceName}`
  }

  toString(): string {
    return this.namespaceName
  }
}

/** XNamespace.Xml. */
export const xmlNamespace = 'http://www.w3.org/XML/1998/namespace'
/** XNamespace.Xmlns. */
export const xmlnsNamespace = 'http://www.w3.org/2000/xmlns/'

const nameStart = String.raw`_\p{L}\p{Nl}`
const namePattern = new RegExp(String.raw`^[${nameStart}][${nameStart}\p{M}\p{Nd}.\-·]*$`, 'u')

/** System.Xml.Linq.XName: a local name in a namespace. */
export class XName implements DotnetObject {
  readonly typeName = 'System.Xml.Linq.XName'
  readonly localName: string
  readonly namespaceName: string

  constructor(localName: string, namespaceName = '') {
    if (!namePattern.test(localName)) throw badName(localName)
    this.localName = localName
    this.namespaceName = namespaceName
  }

  /** `XName.Get(expandedName)`: `name` or `{namespace}name`; what a string becomes where a name is wanted. */
  static get(expandedName: string | null): XName {
    if (expandedName === null) throw argumentNull('expandedName')
    if (expandedName === '') {
      throw argumentError(`'${expandedName}' is an invalid expanded name.`)
    }
    const expanded = /^\{([^}]*)\}(.*)$/s.exec(expandedName)
    if (expanded === null) return new XName(expandedName)
    const [, namespaceName = '', localName = ''] = expanded
    if (namespaceName === '' || localName === '') {
      throw argumentError(`'${expandedName}' is an invalid expanded name.`)
    }
    return new XName(localName, namespaceName)
  }

  get namespace(): XNamespace {
    return new XNamespace(this.namespaceName)
  }

  equals(other: unknown): boolean {
    return (
      other instanceof XName &&
      other.localName === this.localName &&
      other.namespaceName === this.namespaceName
    )
  }

  hashKey(): string {
    return `XName ${this.toString()}`
  }

  toString(): string {
    return this.namespaceName === '' ? this.localName : `{${this.namespaceName}}${this.localName}`
  }
}

function badName(name: string): DotnetException {
  const bad = Array.from(name).find(
    (character, index) => !namePattern.test(index === 0 ? character : `a${character}`),
  )
  const code = (bad ?? ' ').charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')
  const place = bad !== undefined && name.startsWith(bad) ? 'Name cannot begin with' : ''
  return xmlException(
    place === ''
      ? `The '${bad ?? ''}' character, hexadecimal value 0x${code}, cannot be included in a name.`
      : `${place} the '${bad ?? ''}' character, hexadecimal value 0x${code}.`,
  )
}
