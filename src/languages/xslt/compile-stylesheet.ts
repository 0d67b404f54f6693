import { xmlNamespace } from '../xml/xml-name.ts'
import { namespaceOf, type XmlNode } from '../xml/xml-tree.ts'
import type { AttributeSet } from './attribute-set.ts'
import { settleAttributeSets } from './attribute-set.ts'
import { ContentCompiler } from './compile-body.ts'
import { defaultDecimalFormat, type DecimalFormat } from './decimal-format.ts'
import { checkElement } from './check-element.ts'
import { compileFunction } from './functions/compile-function.ts'
import { compileValue } from './instructions/variable.ts'
import { LocalScope } from './local-scope.ts'
import { msxslNamespace, nameKey, xsltNamespace } from './names.ts'
import type { OutputProperty } from './output-definition.ts'
import { Program, type GlobalVariable } from './program.ts'
import { compileSitePattern } from './site-pattern.ts'
import { Site, words } from './site.ts'
import type { StylesheetModule } from './stylesheet-module.ts'
import type { Template } from './template.ts'

/** Compiles modules, given from the lowest import precedence to the highest. */
export function compileProgram(
  main: StylesheetModule,
  modules: readonly StylesheetModule[],
): Program {
  const compiler = new ProgramCompiler(new Program(main))
  for (const module of modules) compiler.declare(module)
  return compiler.finish()
}

type Declare = (site: Site) => void

class ProgramCompiler {
  readonly #program: Program
  readonly #content = new ContentCompiler()
  /** What is compiled when every name of the stylesheet is known. */
  readonly #later: (() => void)[] = []
  #order = 0
  readonly #declarations: Readonly<Record<string, Declare>> = {
    'attribute-set': (site) => this.#attributeSet(site),
    'decimal-format': (site) => this.#decimalFormat(site),
    key: (site) => this.#key(site),
    'namespace-alias': (site) => this.#alias(site),
    output: (site) => this.#output(site),
    param: (site) => this.#global(site, true),
    'preserve-space': (site) => this.#spaces(site, false),
    'strip-space': (site) => this.#spaces(site, true),
    template: (site) => this.#template(site),
    variable: (site) => this.#global(site, false),
  }

  constructor(program: Program) {
    this.#program = program
  }

  declare(module: StylesheetModule): void {
    this.#program.modules.push(module)
    const site = this.#site(module.element, module)
    if (module.isSimplified) {
      this.#simplified(site)
      return
    }
    checkElement(site)
    for (const element of site.elements) this.#declaration(this.#site(element, module))
  }

  finish(): Program {
    settleAttributeSets(this.#program.attributeSets)
    for (const compile of this.#later) compile()
    return this.#program
  }

  #site(element: XmlNode, module: StylesheetModule): Site {
    return new Site(element, {
      module,
      program: this.#program,
      scope: new LocalScope(),
      functions: compileFunction,
    })
  }

  #declaration(site: Site): void {
    const { uri, local } = site.element.name
    if (uri === msxslNamespace && local === 'script') {
      const language = site.attribute('language') ?? 'JScript'
      throw site.unsupported(
        `'${site.written}' (${language}) cannot run here: write what it does in XSLT.`,
      )
    }
    if (uri === '') throw site.invalid(`'${site.written}' cannot stand at the top of a stylesheet.`)
    if (uri !== xsltNamespace || local === 'import' || local === 'include') return
    const declare = Object.hasOwn(this.#declarations, local) ? this.#declarations[local] : undefined
    if (declare === undefined && site.isForward) return
    checkElement(site)
    if (declare === undefined)
      throw site.invalid(`'${site.written}' cannot stand at the top of a stylesheet.`)
    declare(site)
  }

  #simplified(site: Site): void {
    const template = this.#newTemplate(site)
    this.#program.mode('').add(
      {
        template,
        matches: (node) => node.kind === 'root',
        priority: 0.5,
        order: this.#order++,
      },
      { kind: 'other', local: undefined },
    )
    this.#later.push(() => {
      template.body = this.#content.body(site, { nodes: [site.element] })
    })
  }

  #newTemplate({ module }: Site): Template {
    return {
      body: () => {},
      precedence: module.precedence,
      lowestImport: module.lowestImport,
    }
  }

  #template(site: Site): void {
    const template = this.#newTemplate(site)
    const hasName = site.attribute('name') !== undefined
    const hasMatch = site.attribute('match') !== undefined
    if (!hasName && !hasMatch) throw site.invalid("'xsl:template' has neither 'name' nor 'match'.")
    if (hasName) this.#nameTemplate(site, template)
    for (const local of hasMatch ? [] : ['mode', 'priority']) {
      if (site.attribute(local) !== undefined)
        throw site.invalid(`'${local}' stands only beside 'match'.`, local)
    }
    this.#later.push(() => {
      if (hasMatch) this.#addRules(site, template)
      template.body = this.#content.template(site)
    })
  }

  #nameTemplate(site: Site, template: Template): void {
    const key = site.key('name')
    const known = this.#program.namedTemplates.get(key)
    if (known?.precedence === template.precedence)
      throw site.invalid(`There are two templates named '${site.required('name')}'.`, 'name')
    this.#program.namedTemplates.set(key, template)
  }

  #addRules(site: Site, template: Template): void {
    const written = site.attribute('priority')
    const priority = written === undefined ? undefined : Number(written)
    if (Number.isNaN(priority)) throw site.invalid(`'${written}' is no priority.`, 'priority')
    const mode = site.attribute('mode') === undefined ? '' : site.key('mode')
    const order = this.#order++
    for (const { matches, defaultPriority, subject } of compileSitePattern(site, 'match')) {
      this.#program
        .mode(mode)
        .add({ template, matches, priority: priority ?? defaultPriority, order }, subject)
    }
  }

  #global(site: Site, isParameter: boolean): void {
    const program = this.#program
    const key = site.key('name')
    const { precedence } = site.module
    const known = program.globalsByKey.get(key)
    if (known?.precedence === precedence)
      throw site.invalid(`The variable '$${site.required('name')}' is declared twice.`, 'name')
    const variable: GlobalVariable = {
      key,
      name: site.required('name'),
      isParameter,
      isFragment: !isParameter && site.attribute('select') === undefined && hasContent(site),
      index: program.globals.length,
      precedence,
      value: () => '',
      position: () => site.position(),
    }
    program.globals.push(variable)
    program.globalsByKey.set(key, variable)
    this.#later.push(() => {
      variable.value = compileValue(site, this.#content).value
    })
  }

  #key(site: Site): void {
    const key = site.key('name')
    const known = this.#program.keys.get(key) ?? []
    this.#program.keys.set(key, known)
    this.#later.push(() => {
      const patterns = compileSitePattern(site, 'match')
      const use = site.expression('use')
      known.push({
        matches: (node, context) => patterns.some(({ matches }) => matches(node, context)),
        use,
      })
    })
  }

  #attributeSet(site: Site): void {
    const key = site.key('name')
    const set: AttributeSet = {
      uses: site.keys('use-attribute-sets'),
      body: () => {},
      precedence: site.module.precedence,
      site,
    }
    for (const element of site.elements) {
      if (element.name.uri !== xsltNamespace || element.name.local !== 'attribute')
        throw site.at(element).invalid("'xsl:attribute-set' has only 'xsl:attribute'.")
    }
    const known = this.#program.attributeSets.get(key) ?? []
    known.push(set)
    this.#program.attributeSets.set(key, known)
    this.#later.push(() => {
      set.body = this.#content.body(site)
    })
  }

  #decimalFormat(site: Site): void {
    const key = site.attribute('name') === undefined ? '' : site.key('name')
    const character = (local: string, fallback: string): string => {
      const value = site.attribute(local) ?? fallback
      if (Array.from(value).length !== 1)
        throw site.invalid(`'${value}' is not one character.`, local)
      return value
    }
    const fallback = defaultDecimalFormat
    const format: DecimalFormat = {
      decimalSeparator: character('decimal-separator', fallback.decimalSeparator),
      groupingSeparator: character('grouping-separator', fallback.groupingSeparator),
      infinity: site.attribute('infinity') ?? fallback.infinity,
      minusSign: character('minus-sign', fallback.minusSign),
      nan: site.attribute('NaN') ?? fallback.nan,
      percent: character('percent', fallback.percent),
      perMille: character('per-mille', fallback.perMille),
      zeroDigit: character('zero-digit', fallback.zeroDigit),
      digit: character('digit', fallback.digit),
      patternSeparator: character('pattern-separator', fallback.patternSeparator),
    }
    const known = this.#program.decimalFormats.get(key)
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(format))
      throw site.invalid('There are two decimal formats of this name.', 'name')
    this.#program.decimalFormats.set(key, format)
  }

  #alias(site: Site): void {
    const uriOf = (local: string): { prefix: string; uri: string } => {
      const written = site.required(local)
      const prefix = written === '#default' ? '' : written
      const uri = prefix === 'xml' ? xmlNamespace : namespaceOf(site.element, prefix)
      if (uri === undefined) throw site.invalid(`The prefix '${prefix}' is not declared.`, local)
      return { prefix, uri }
    }
    this.#program.aliases.set(uriOf('stylesheet-prefix').uri, uriOf('result-prefix'))
  }

  #output(site: Site): void {
    const { output } = this.#program
    const { precedence } = site.module
    for (const property of outputProperties) {
      const value = site.attribute(property)
      if (value === undefined) continue
      if (yesOrNo.has(property)) site.isYes(property)
      if (property === 'method') checkMethod(value, site)
      output.set(property, value, precedence)
    }
    for (const word of words(site.attribute('cdata-section-elements'))) {
      const { prefix, local, uri } = site.name(word, 'cdata-section-elements')
      const found = prefix === '' ? (namespaceOf(site.element, '') ?? '') : uri
      output.cdataElements.add(`{${found}}${local}`)
    }
  }

  #spaces(site: Site, strips: boolean): void {
    const { precedence } = site.module
    for (const word of words(site.required('elements'))) {
      const isAny = word === '*'
      const anyLocal = word.endsWith(':*')
      const name = isAny
        ? undefined
        : site.name(anyLocal ? `${word.slice(0, -1)}x` : word, 'elements')
      const fallback = namespaceOf(site.element, '') ?? ''
      this.#program.spaces.add({
        local: isAny || anyLocal ? '*' : (name?.local ?? ''),
        uri: name === undefined ? undefined : name.prefix === '' ? fallback : name.uri,
        strips,
        precedence,
      })
    }
  }
}

const outputProperties: readonly OutputProperty[] = [
  'method',
  'version',
  'encoding',
  'omit-xml-declaration',
  'standalone',
  'doctype-public',
  'doctype-system',
  'indent',
  'media-type',
]

const yesOrNo = new Set<OutputProperty>(['omit-xml-declaration', 'standalone', 'indent'])

function checkMethod(value: string, site: Site): void {
  if (['xml', 'html', 'text'].includes(value)) return
  const { prefix } = site.name(value, 'method')
  throw prefix === ''
    ? site.invalid(`There is no output method '${value}'.`, 'method')
    : site.unsupported(`There is no output method '${value}' here.`, 'method')
}

function hasContent({ element }: Site): boolean {
  return element.children.some(({ kind }) => kind === 'element' || kind === 'text')
}

/** The key of a parameter that a caller names. */
export function parameterKey(name: string): string {
  return nameKey({ uri: '', local: name })
}
