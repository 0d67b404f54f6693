import type { XmlName } from '../xml/xml-name.ts'

/** How a result is written. */
export type OutputMethod = 'xml' | 'html' | 'text'

/** The attributes of `xsl:output` that have one value. */
export type OutputProperty =
  | 'method'
  | 'version'
  | 'encoding'
  | 'omit-xml-declaration'
  | 'standalone'
  | 'doctype-public'
  | 'doctype-system'
  | 'indent'
  | 'media-type'

/** All `xsl:output` of a stylesheet together. https://www.w3.org/TR/xslt-10/#output */
export class OutputDefinition {
  readonly #properties = new Map<
    OutputProperty,
    { readonly value: string; readonly precedence: number }
  >()
  /** Elements whose texts are written as CDATA sections, as `{uri}local`. */
  readonly cdataElements = new Set<string>()

  /** Sets a property unless a module of higher precedence did. */
  set(property: OutputProperty, value: string, precedence: number): void {
    const known = this.#properties.get(property)
    if (known === undefined || known.precedence <= precedence)
      this.#properties.set(property, { value, precedence })
  }

  get(property: OutputProperty): string | undefined {
    return this.#properties.get(property)?.value
  }

  /** The method, or undefined where the first element of the result decides. */
  get method(): OutputMethod | undefined {
    const method = this.get('method')
    return method === 'xml' || method === 'html' || method === 'text' ? method : undefined
  }

  /** The name of the encoding as .NET writes it. */
  get encoding(): string {
    return (this.get('encoding') ?? 'utf-8').toLowerCase()
  }

  /** The highest character that the encoding has. */
  get highestCharacter(): number {
    if (/^(?:us-)?ascii$/.test(this.encoding)) return 0x7f
    if (/^(?:iso-8859-1|latin1)$/.test(this.encoding)) return 0xff
    return 0x10ffff
  }

  isTrue(property: OutputProperty): boolean {
    return this.get(property) === 'yes'
  }

  /** True when texts of this element are CDATA sections. */
  isCdata({ uri, local }: XmlName): boolean {
    return this.cdataElements.size > 0 && this.cdataElements.has(`{${uri}}${local}`)
  }
}
