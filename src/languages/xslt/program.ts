import type { SourcePosition } from '../../base/errors.ts'
import type { XmlNode } from '../xml/xml-tree.ts'
import type { XPathContext, XPathValue } from '../xpath/context.ts'
import type { AttributeSet } from './attribute-set.ts'
import type { DecimalFormat } from './decimal-format.ts'
import type { KeyDeclaration } from './key-index.ts'
import { OutputDefinition } from './output-definition.ts'
import { SpaceRules } from './space-rules.ts'
import type { StylesheetModule } from './stylesheet-module.ts'
import type { Template } from './template.ts'
import { TemplateRules } from './template-rules.ts'

/** A variable or parameter of the whole stylesheet. */
export interface GlobalVariable {
  readonly key: string
  readonly name: string
  readonly isParameter: boolean
  readonly isFragment: boolean
  readonly index: number
  readonly precedence: number
  /** Set when all global names are known. */
  value: (context: XPathContext) => XPathValue
  readonly position: () => SourcePosition
}

/** A stylesheet with all that it imports, compiled: nothing changes in it once it runs. */
export class Program {
  readonly main: StylesheetModule
  readonly modules: StylesheetModule[] = []
  readonly globals: GlobalVariable[] = []
  readonly globalsByKey = new Map<string, GlobalVariable>()
  readonly namedTemplates = new Map<string, Template>()
  readonly keys = new Map<string, KeyDeclaration[]>()
  readonly attributeSets = new Map<string, AttributeSet[]>()
  readonly decimalFormats = new Map<string, DecimalFormat>()
  /** Namespaces of literal elements that become others, with the prefix of the other. */
  readonly aliases = new Map<string, { readonly prefix: string; readonly uri: string }>()
  readonly output = new OutputDefinition()
  readonly spaces = new SpaceRules()
  #askedFor: ReadonlySet<string> | undefined
  readonly #modes = new Map<string, TemplateRules>()

  constructor(main: StylesheetModule) {
    this.main = main
  }

  /** Where the stylesheet starts. */
  get position(): SourcePosition {
    return this.main.position(this.main.element.offset)
  }

  /** The rules of a mode. */
  mode(mode: string): TemplateRules {
    let rules = this.#modes.get(mode)
    if (rules === undefined) {
      rules = new TemplateRules()
      this.#modes.set(mode, rules)
    }
    return rules
  }

  /**
   * True when the stylesheet asks by `function-available` or `element-available` whether there is such a thing, or another
   * one with this prefix.
   */
  asksFor(written: string): boolean {
    this.#askedFor ??= this.#findQuestions()
    return this.#askedFor.has(familyOf(written))
  }

  #findQuestions(): ReadonlySet<string> {
    const pattern =
      /(?:function|element)-available\(\s*(?:'([^']*)'|"([^"]*)"|&quot;([^&]*)&quot;)/g
    return new Set(
      this.modules.flatMap(({ text }) =>
        Array.from(text.matchAll(pattern), ([, single, double, quoted]) =>
          familyOf(single ?? double ?? quoted ?? ''),
        ),
      ),
    )
  }

  moduleNamed(name: string): StylesheetModule | undefined {
    return this.modules.find((module) => module.name === name)
  }

  /** Which elements of the input lose their blanks; undefined when all keep them. */
  get stripsBlanks(): ((element: XmlNode) => boolean) | undefined {
    return this.spaces.isEmpty ? undefined : (element) => this.spaces.strips(element)
  }
}

function familyOf(written: string): string {
  const colon = written.indexOf(':')
  return colon < 0 ? written : written.slice(0, colon + 1)
}
