import { SourceError, formatPosition, type SourcePosition } from './errors.ts'
import { parseJsonSource, type JsonPath, type JsonSource } from './json-source.ts'
import { isJsonObject, type JsonValue } from './json.ts'

type Scalar = string | number | boolean | null

/** One value or section of a settings file, or of the application setting that overrides it. */
interface Node {
  readonly name: string
  readonly path: JsonPath
  position: SourcePosition
  /** `undefined` for a section. */
  scalar: Scalar | undefined
  /** By name in lower case; an array's are its indexes. */
  readonly children: Map<string, Node>
  isArray: boolean
}

/** A value that replaces the file's; `name` says in messages where it comes from. */
export interface SettingOverride {
  readonly name: string
  readonly path: readonly string[]
  readonly value: string
}

export interface SettingsSource {
  /** The text of the file; absent when there is none. */
  readonly text?: string
  readonly file: string
  readonly overrides?: readonly SettingOverride[]
}

/**
 * A settings file as .NET configuration reads it: names are compared without case, numbers and booleans may be
 * written as text, overrides win one value at a time. Every fault is a `SourceError` with its place, and what
 * nobody asked for is told by `warnings`.
 * https://learn.microsoft.com/dotnet/core/extensions/configuration
 */
export class SettingsSection {
  readonly #node: Node
  readonly #known = new Set<string>()
  readonly #sections: SettingsSection[] = []
  readonly #warnings: string[] = []

  constructor(node: Node) {
    this.#node = node
  }

  names(): string[] {
    return [...this.#node.children.values()].map((child) => child.name)
  }

  /** True where an object or a list stands. */
  isSection(name: string): boolean {
    const node = this.#child(name)
    return node !== undefined && node.scalar === undefined
  }

  string(name: string): string | undefined {
    const value = this.#scalar(name)
    if (value === undefined || value === null) return undefined
    if (typeof value === 'string') return value
    throw this.fault(name, `expected text for '${this.label(name)}', found ${describe(value)}`)
  }

  /** A value as text, whether it was written as text, number or boolean. */
  text(name: string): string | undefined {
    const value = this.#scalar(name)
    return value === undefined || value === null ? undefined : String(value)
  }

  integer(name: string, options: { min: number; max?: number; default: number }): number {
    const value = this.#scalar(name)
    if (value === undefined || value === null) return options.default
    const max = options.max ?? 2_147_483_647
    const number = typeof value === 'string' && /^\s*-?\d+\s*$/.test(value) ? Number(value) : value
    if (Number.isInteger(number) && Number(number) >= options.min && Number(number) <= max) {
      return Number(number)
    }
    const range =
      options.max === undefined ? `of at least ${options.min}` : `from ${options.min} to ${max}`
    throw this.fault(
      name,
      `expected a whole number ${range} for '${this.label(name)}', found ${describe(value)}`,
    )
  }

  boolean(name: string, otherwise: boolean): boolean {
    const value = this.#scalar(name)
    if (value === undefined || value === null) return otherwise
    const text = String(value).toLowerCase()
    if (typeof value !== 'number' && (text === 'true' || text === 'false')) return text === 'true'
    throw this.fault(
      name,
      `expected true or false for '${this.label(name)}', found ${describe(value)}`,
    )
  }

  /** The one of `values`, themselves in lower case, that the setting names. */
  oneOf<const V extends string>(name: string, values: readonly V[]): V | undefined {
    const text = this.string(name)
    if (text === undefined) return undefined
    const found = values.find((value) => value.toLowerCase() === text.toLowerCase())
    if (found !== undefined) return found
    throw this.fault(
      name,
      `expected one of ${values.join(', ')} for '${this.label(name)}', found '${text}'`,
    )
  }

  strings(name: string): string[] {
    const node = this.#child(name)
    if (!node || node.scalar === null) return []
    if (!node.isArray) {
      throw this.fault(name, `expected a list of texts for '${this.label(name)}'`)
    }
    const list = new SettingsSection(node)
    return list.names().map((index) => list.string(index) ?? '')
  }

  section(name: string): SettingsSection {
    const node = this.#child(name) ?? newNode(name, [...this.#node.path, name], this.#node.position)
    if (node.isArray || (node.scalar !== undefined && node.scalar !== null)) {
      const found = node.isArray ? 'a list' : describe(node.scalar ?? null)
      throw this.fault(name, `expected an object for '${this.label(name)}', found ${found}`)
    }
    const section = new SettingsSection(node)
    this.#sections.push(section)
    return section
  }

  /** The value as JSON, for a reader of its own. */
  raw(name: string): JsonValue | undefined {
    const node = this.#child(name)
    return node && toJson(node)
  }

  /** Takes settings as known that are read elsewhere, or that nothing depends on. */
  accept(...names: string[]): void {
    for (const name of names) this.#known.add(name.toLowerCase())
  }

  /** Tells of settings that Azure knows and that change nothing here. */
  inert(...names: string[]): void {
    for (const name of names) {
      const node = this.#child(name)
      if (!node) continue
      this.#warnings.push(
        `${formatPosition(node.position)}: '${this.label(name)}' has no effect here`,
      )
    }
  }

  /** Fails when a setting is there that cannot be honoured and must not be ignored. */
  refuse(name: string, why: string): void {
    if (this.#child(name)) throw this.fault(name, `'${this.label(name)}': ${why}`)
  }

  /** The setting's name from the root on: `extensions.http.routePrefix`. */
  label(name: string): string {
    return [...this.#node.path, name].join('.')
  }

  /** A fault at the place of a setting of this section, or of the section itself. */
  fault(name: string | undefined, message: string): SourceError {
    const node = (name === undefined ? undefined : this.#child(name)) ?? this.#node
    return new SourceError('InvalidSetting', message, node.position)
  }

  /** What changes nothing: settings declared inert, and those that nobody asked for. */
  warnings(): string[] {
    const unknown = [...this.#node.children.values()]
      .filter((child) => !this.#known.has(child.name.toLowerCase()))
      .map(
        (child) =>
          `${formatPosition(child.position)}: unknown setting '${this.label(child.name)}' is ignored`,
      )
    return [
      ...this.#warnings,
      ...unknown,
      ...this.#sections.flatMap((section) => section.warnings()),
    ]
  }

  #child(name: string): Node | undefined {
    this.#known.add(name.toLowerCase())
    return this.#node.children.get(name.toLowerCase())
  }

  #scalar(name: string): Scalar | undefined {
    const node = this.#child(name)
    if (!node) return undefined
    if (node.scalar !== undefined) return node.scalar
    throw this.fault(
      name,
      `expected a value for '${this.label(name)}', found ${node.isArray ? 'a list' : 'an object'}`,
    )
  }
}

/** Reads a settings file whose root must be an object. */
export function readSettings(source: SettingsSource): SettingsSection {
  const root = newNode('', [], { file: source.file, line: 1, column: 1 })
  if (source.text !== undefined) {
    const json = parseJsonSource(source.text, source.file)
    root.position = json.positionOf([])
    if (!isJsonObject(json.value)) {
      throw new SourceError('InvalidSetting', 'expected an object', root.position)
    }
    addMembers(root, json.value, json)
  }
  for (const override of source.overrides ?? []) applyOverride(root, override)
  return new SettingsSection(root)
}

function addMembers(parent: Node, value: JsonValue, source: JsonSource): void {
  if (!isJsonObject(value) && !Array.isArray(value)) {
    parent.scalar = value
    return
  }
  parent.isArray = Array.isArray(value)
  const members = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  for (const [name, member] of members) {
    const path = [...parent.path, name]
    const node = newNode(String(name), path, source.positionOf(path))
    addMembers(node, member, source)
    parent.children.set(String(name).toLowerCase(), node)
  }
}

function applyOverride(root: Node, override: SettingOverride): void {
  const position = { file: `application setting ${override.name}`, line: 1, column: 1 }
  let node = root
  for (const name of override.path) {
    let child = node.children.get(name.toLowerCase())
    if (!child) {
      child = newNode(name, [...node.path, name], position)
      node.children.set(name.toLowerCase(), child)
      node.isArray ||= node.children.size === 1 && name === '0'
      node.scalar = undefined
    }
    node = child
  }
  node.scalar = override.value
  node.position = position
}

function newNode(name: string, path: JsonPath, position: SourcePosition): Node {
  return { name, path, position, scalar: undefined, children: new Map(), isArray: false }
}

function toJson(node: Node): JsonValue {
  if (node.scalar !== undefined) return node.scalar
  const members = [...node.children.values()]
  if (node.isArray) return members.map(toJson)
  return Object.fromEntries(members.map((member) => [member.name, toJson(member)]))
}

function describe(value: JsonValue): string {
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value)
}
