import type { XmlNode } from '../xml/xml-tree.ts'
import type { XmlName } from '../xml/xml-name.ts'

/** A name test of `xsl:strip-space` or `xsl:preserve-space`. */
export interface SpaceRule {
  /** `*` for any. */
  readonly local: string
  /** Undefined for any namespace. */
  readonly uri: string | undefined
  readonly strips: boolean
  readonly precedence: number
}

/** Which elements of the input lose texts of nothing but blanks. https://www.w3.org/TR/xslt-10/#strip */
export class SpaceRules {
  readonly #rules: SpaceRule[] = []
  readonly #known = new WeakMap<XmlName, boolean>()

  get isEmpty(): boolean {
    return !this.#rules.some(({ strips }) => strips)
  }

  add(rule: SpaceRule): void {
    this.#rules.push(rule)
  }

  strips({ name }: XmlNode): boolean {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const strips = this.#decide(name)
    this.#known.set(name, strips)
    return strips
  }

  // Import precedence first, then how exact the test is, then the last one.
  #decide(name: XmlName): boolean {
    let best: SpaceRule | undefined
    for (const rule of this.#rules) {
      const matches =
        (rule.local === '*' || rule.local === name.local) &&
        (rule.uri === undefined || rule.uri === name.uri)
      if (matches && (best === undefined || rankOf(rule) >= rankOf(best))) best = rule
    }
    return best?.strips ?? false
  }
}

function rankOf({ local, uri, precedence }: SpaceRule): number {
  return precedence * 3 + (local !== '*' ? 2 : uri !== undefined ? 1 : 0)
}
