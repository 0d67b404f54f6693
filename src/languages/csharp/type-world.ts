import { DotnetEnum } from '../dotnet/value.ts'
import type { Conversion } from './conversions.ts'
import { FaultAtOffset } from './csharp-error.ts'
import { readHead, readMembers } from './signature.ts'
import type { TypeSyntax } from './syntax.ts'
import type { Member, Type, TypeDeclaration, TypeDefinition, TypeKind } from './type-model.ts'
import { TypePairs } from './type-pairs.ts'

const usings = [
  '',
  'System',
  'System.Collections.Generic',
  'System.IO',
  'System.Linq',
  'System.Net',
  'System.Security.Cryptography',
  'System.Security.Cryptography.X509Certificates',
  'System.Text',
  'System.Text.RegularExpressions',
  'System.Xml',
  'System.Xml.Linq',
  'Newtonsoft.Json',
  'Newtonsoft.Json.Linq',
]

const covariant = new Set([
  'System.Collections.Generic.IEnumerable',
  'System.Collections.Generic.IEnumerator',
  'System.Collections.Generic.IReadOnlyCollection',
  'System.Collections.Generic.IReadOnlyList',
  'System.Linq.IGrouping',
  'System.Linq.IOrderedEnumerable',
])

interface OwnedMember {
  readonly member: Member
  readonly owner: Type
}

/** All types that expressions may meet, made once from the tables of `types/`. */
export class TypeWorld {
  readonly #definitions = new Map<string, TypeDefinition>()
  readonly #types = new Map<string, Type>()
  readonly #namespaces = new Set<string>()
  readonly #supertypes = new Map<Type, readonly Type[]>()
  readonly #subtypes = new TypePairs<boolean>()
  readonly #found = new Map<Type, Map<string, readonly OwnedMember[]>>()
  /** The conversions between types, kept once found: policies ask for the same ones over and over. */
  readonly implicitConversions = new TypePairs<Conversion | undefined>()
  readonly explicitConversions = new TypePairs<Conversion | undefined>()
  readonly checkedConversions = new TypePairs<Conversion | undefined>()
  #extensions: Map<string, Member[]> | undefined

  constructor(declarations: readonly TypeDeclaration[]) {
    for (const declaration of declarations) this.#define(declaration)
  }

  /** The type of a full C# name, which must be declared: `System.Collections.Generic.List<System.Int32>`. */
  get(name: string): Type {
    const type = this.#types.get(name) ?? this.find(name)
    if (!type) throw new FaultAtOffset('CS0246', `The type '${name}' could not be found.`, 0)
    return type
  }

  /** The type of a full name as values carry it, or undefined. */
  find(name: string): Type | undefined {
    const known = this.#types.get(name)
    if (known) return known
    const made = this.#fromName(name)
    if (made) this.#types.set(name, made)
    return made
  }

  /** The generic or plain definition of a full name. */
  definition(fullName: string, arity = 0): TypeDefinition | undefined {
    return this.#definitions.get(arity === 0 ? fullName : `${fullName}\`${arity}`)
  }

  isNamespace(name: string): boolean {
    return this.#namespaces.has(name)
  }

  /** The definition that a name means where the usual namespaces are open. */
  lookup(name: string, arity: number): TypeDefinition | undefined {
    for (const namespace of usings) {
      const found = this.definition(namespace === '' ? name : `${namespace}.${name}`, arity)
      if (found && !found.isHidden) return found
    }
    return undefined
  }

  close(definition: TypeDefinition, typeArguments: readonly Type[]): Type {
    const name =
      typeArguments.length === 0
        ? definition.fullName
        : `${definition.fullName}<${typeArguments.map((type) => type.name).join(',')}>`
    return this.#intern(name, { kind: definition.kind, definition, arguments: typeArguments })
  }

  array(element: Type, rank = 1): Type {
    const name = `${element.name}[${','.repeat(rank - 1)}]`
    return this.#intern(name, { kind: 'class', element, rank })
  }

  nullable(of: Type): Type {
    const definition = this.definition('System.Nullable', 1)
    return definition ? this.close(definition, [of]) : of
  }

  /** T of `T?`. */
  underlying(type: Type): Type | undefined {
    return type.definition?.fullName === 'System.Nullable' ? type.arguments[0] : undefined
  }

  parameter(name: string): Type {
    return this.#intern(`\`${name}`, { kind: 'parameter' })
  }

  special(name: 'null' | 'void' | 'throw' | 'default'): Type {
    return this.#intern(name, { kind: 'special' })
  }

  anonymous(members: readonly { readonly name: string; readonly type: Type }[]): Type {
    const name = `<>{${members.map((member) => `${member.name}:${member.type.name}`).join(',')}}`
    return this.#intern(name, { kind: 'anonymous', anonymous: members })
  }

  /** The type that a written type means; `typeParameters` are those in scope. */
  resolve(
    syntax: TypeSyntax,
    scope: {
      readonly typeParameters: readonly string[]
      readonly typeNames?: ReadonlyMap<string, Type>
      readonly isTable?: boolean
    },
  ): Type {
    if (syntax.kind === 'array') return this.array(this.resolve(syntax.element, scope), syntax.rank)
    if (syntax.kind === 'nullable') return this.nullable(this.resolve(syntax.of, scope))
    const [only] = syntax.parts
    if (only && syntax.parts.length === 1 && scope.typeParameters.includes(only.name))
      return this.parameter(only.name)
    const named = only && syntax.parts.length === 1 ? scope.typeNames?.get(only.name) : undefined
    if (named) return named
    const typeArguments = syntax.parts.flatMap((part) => part.typeArguments)
    const name = syntax.parts.map((part) => part.name).join('.')
    const definition = this.#lookupAny(name, typeArguments.length, scope.isTable ?? false)
    if (!definition) {
      throw new FaultAtOffset(
        'CS0246',
        `The type or namespace name '${name}' could not be found or is not allowed.`,
        syntax.at,
      )
    }
    return this.close(
      definition,
      typeArguments.map((argument) => this.resolve(argument, scope)),
    )
  }

  /** The direct base type and interfaces. */
  supertypes(type: Type): readonly Type[] {
    const known = this.#supertypes.get(type)
    if (known) return known
    const found = this.#directSupertypes(type)
    this.#supertypes.set(type, found)
    return found
  }

  /** The supertype of a type, or itself, that closes a definition. */
  asInstanceOf(type: Type, definition: TypeDefinition): Type | undefined {
    if (type.definition === definition) return type
    for (const supertype of this.supertypes(type)) {
      const found = this.asInstanceOf(supertype, definition)
      if (found) return found
    }
    return undefined
  }

  isSubtype(type: Type, of: Type): boolean {
    if (type === of || of.name === 'System.Object') return true
    return this.#subtypes.find(type, of, () => this.#isSubtype(type, of))
  }

  #isSubtype(type: Type, of: Type): boolean {
    if (type.element && of.element) {
      return (
        type.rank === of.rank &&
        !isValueType(type.element) &&
        this.isSubtype(type.element, of.element)
      )
    }
    if (
      type.definition &&
      type.definition === of.definition &&
      covariant.has(of.definition.fullName)
    ) {
      return type.arguments.every((argument, index) => {
        const wanted = of.arguments[index]
        return (
          argument === wanted ||
          (wanted !== undefined && !isValueType(argument) && this.isSubtype(argument, wanted))
        )
      })
    }
    return this.supertypes(type).some((supertype) => this.isSubtype(supertype, of))
  }

  /** The type with type parameters replaced. */
  substitute(type: Type, replacement: ReadonlyMap<Type, Type>): Type {
    if (replacement.size === 0) return type
    const direct = replacement.get(type)
    if (direct) return direct
    if (type.element) return this.array(this.substitute(type.element, replacement), type.rank)
    if (!type.definition || type.arguments.length === 0) return type
    return this.close(
      type.definition,
      type.arguments.map((argument) => this.substitute(argument, replacement)),
    )
  }

  /** What the type parameters of a closed type stand for. */
  replacementOf(type: Type): ReadonlyMap<Type, Type> {
    const names = type.definition?.typeParameters ?? []
    return new Map(
      names.flatMap((name, index) => {
        const argument = type.arguments[index]
        return argument ? [[this.parameter(name), argument]] : []
      }),
    )
  }

  /** The members of a name in a type and what it derives from, most derived first. */
  members(type: Type, name: string): readonly OwnedMember[] {
    const byName = this.#found.get(type) ?? new Map<string, readonly OwnedMember[]>()
    const known = byName.get(name)
    if (known) return known
    const found = this.#findMembers(type, name)
    // Names that mean nothing are not kept: there is no end of them.
    if (found.length > 0) this.#found.set(type, byName.set(name, found))
    return found
  }

  #findMembers(type: Type, name: string): OwnedMember[] {
    const found: { member: Member; owner: Type }[] = []
    const seen = new Set<Type>()
    const visit = (current: Type): void => {
      if (seen.has(current)) return
      seen.add(current)
      for (const member of current.definition?.members().get(name) ?? [])
        found.push({ member, owner: current })
      for (const supertype of this.supertypes(current)) visit(supertype)
    }
    visit(type)
    if (type.kind === 'interface') visit(this.get('System.Object'))
    return found
  }

  /** The extension methods of a name. */
  extensions(name: string): readonly Member[] {
    this.#extensions ??= this.#collectExtensions()
    return this.#extensions.get(name) ?? []
  }

  /** A value of an enum by its number. */
  enumValue(definition: TypeDefinition, value: number): DotnetEnum {
    const entry = [...(definition.values ?? [])].find(([, number]) => number === value)
    return new DotnetEnum(
      definition.fullName,
      entry?.[0] ?? this.#flagNames(definition, value),
      value,
    )
  }

  #flagNames(definition: TypeDefinition, value: number): string {
    const flags = [...(definition.values ?? [])].filter(
      ([, bit]) => bit !== 0 && (value & bit) === bit,
    )
    const sum = flags.reduce((total, [, bit]) => total | bit, 0)
    return sum === value && flags.length > 0
      ? flags.map(([name]) => name).join(', ')
      : String(value)
  }

  #collectExtensions(): Map<string, Member[]> {
    const all = new Map<string, Member[]>()
    for (const definition of this.#definitions.values()) {
      if (definition.kind !== 'static') continue
      for (const [name, members] of definition.members()) {
        const extensions = members.filter((member) => member.isExtension)
        if (extensions.length > 0) all.set(name, [...(all.get(name) ?? []), ...extensions])
      }
    }
    return all
  }

  #define(declaration: TypeDeclaration): void {
    const head = readHead(declaration.head)
    let members: ReadonlyMap<string, readonly Member[]> | undefined
    let supertypes: readonly Type[] | undefined
    const scope = { typeParameters: head.typeParameters, isTable: true }
    const definition: TypeDefinition = {
      ...head,
      values: declaration.values && new Map(Object.entries(declaration.values)),
      supertypes: () =>
        (supertypes ??= head.supertypes.map((syntax) => this.resolve(syntax, scope))),
      members: () => (members ??= readMembers(this, definition, declaration.members)),
    }
    const arity = head.typeParameters.length
    this.#definitions.set(arity === 0 ? head.fullName : `${head.fullName}\`${arity}`, definition)
    for (
      let space = head.namespace;
      space !== '';
      space = space.slice(0, Math.max(0, space.lastIndexOf('.')))
    ) {
      this.#namespaces.add(space)
    }
  }

  #lookupAny(name: string, arity: number, isTable: boolean): TypeDefinition | undefined {
    if (!isTable) return this.lookup(name, arity)
    for (const namespace of usings) {
      const found = this.definition(namespace === '' ? name : `${namespace}.${name}`, arity)
      if (found) return found
    }
    return undefined
  }

  #directSupertypes(type: Type): readonly Type[] {
    const object = this.find('System.Object')
    if (!object || type === object) return []
    if (type.element) {
      const interfaces = type.rank === 1 ? ['IList', 'IReadOnlyList'] : []
      const closed = interfaces.flatMap((name) => {
        const definition = this.definition(`System.Collections.Generic.${name}`, 1)
        return definition && type.element ? [this.close(definition, [type.element])] : []
      })
      return [this.get('System.Array'), ...closed]
    }
    if (!type.definition) return type.kind === 'special' ? [] : [object]
    const replacement = this.replacementOf(type)
    const declared = type.definition
      .supertypes()
      .map((supertype) => this.substitute(supertype, replacement))
    const hasBase = declared.some((supertype) => supertype.kind === 'class')
    if (type.kind === 'enum') return [this.get('System.Enum'), object]
    return hasBase || type.kind === 'interface' ? declared : [...declared, object]
  }

  #fromName(name: string): Type | undefined {
    if (name.endsWith(']')) return this.#arrayFromName(name)
    const open = name.indexOf('<')
    if (open <= 0) {
      const plain = this.definition(name)
      return plain && this.close(plain, [])
    }
    const typeArguments = splitArguments(name.slice(open + 1, -1)).map((argument) =>
      this.find(argument),
    )
    const definition = this.definition(name.slice(0, open), typeArguments.length)
    const known = typeArguments.filter((argument) => argument !== undefined)
    return definition && known.length === typeArguments.length
      ? this.close(definition, known)
      : undefined
  }

  #arrayFromName(name: string): Type | undefined {
    const open = name.lastIndexOf('[')
    const element = this.find(name.slice(0, open))
    return element && this.array(element, name.length - open - 1)
  }

  #intern(name: string, shape: Partial<Type> & { readonly kind: TypeKind }): Type {
    const known = this.#types.get(name)
    if (known) return known
    const type: Type = {
      name,
      definition: undefined,
      arguments: [],
      element: undefined,
      rank: 1,
      anonymous: undefined,
      ...shape,
    }
    this.#types.set(name, type)
    return type
  }
}

/** True for types whose values are never null. */
export function isValueType(type: Type): boolean {
  return type.kind === 'struct' || type.kind === 'enum'
}

function splitArguments(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let at = 0; at <= text.length; at += 1) {
    const ch = text[at]
    if (ch === '<' || ch === '[' || ch === '{') depth += 1
    if (ch === '>' || ch === ']' || ch === '}') depth -= 1
    if ((ch === ',' && depth === 0) || at === text.length) {
      parts.push(text.slice(start, at).trim())
      start = at + 1
    }
  }
  return parts
}
