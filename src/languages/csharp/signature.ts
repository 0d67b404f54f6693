import assert from 'node:assert/strict'
import { constantOf } from './constant.ts'
import { readerOf } from './parse-statement.ts'
import { parseParameters } from './parse-lambda.ts'
import { parseType } from './parse-type.ts'
import type { TokenReader } from './token-reader.ts'
import type { ParameterSyntax, TypeSyntax } from './syntax.ts'
import type {
  Implementation,
  Member,
  Parameter,
  Type,
  TypeDefinition,
  TypeKind,
} from './type-model.ts'
import type { TypeWorld } from './type-world.ts'

/** What the head of a declaration says: `class System.Text.StringBuilder : IDisposable`. */
export interface Head {
  readonly fullName: string
  readonly namespace: string
  readonly shortName: string
  readonly kind: TypeKind
  readonly typeParameters: readonly string[]
  readonly isHidden: boolean
  readonly supertypes: readonly TypeSyntax[]
}

/** Reads the head of a type's declaration; `hidden` in front keeps its name out of expressions. */
export function readHead(text: string): Head {
  const isHidden = text.startsWith('hidden ')
  const reader = readerOf(isHidden ? text.slice('hidden '.length) : text)
  const kind = kinds[reader.next().text]
  assert(kind, `a type's head starts with its kind: ${text}`)
  const names = [reader.next().text]
  while (reader.accept('.')) names.push(reader.next().text)
  const typeParameters = readTypeParameters(reader)
  const supertypes: TypeSyntax[] = []
  if (reader.accept(':')) {
    do supertypes.push(parseType(reader))
    while (reader.accept(','))
  }
  const namespace = names.slice(0, -1).join('.')
  const shortName = names.at(-1) ?? ''
  return {
    fullName: names.join('.'),
    namespace,
    shortName,
    kind,
    typeParameters,
    isHidden,
    supertypes,
  }
}

const kinds: Readonly<Record<string, TypeKind>> = {
  class: 'class',
  struct: 'struct',
  interface: 'interface',
  enum: 'enum',
  delegate: 'delegate',
  static: 'static',
}

/** Reads the members of a table, by name; properties with a setter are two lines of it, `timed` ones ask the clock. */
export function readMembers(
  world: TypeWorld,
  owner: TypeDefinition,
  table: Readonly<Record<string, Implementation>>,
): ReadonlyMap<string, readonly Member[]> {
  const members = new Map<string, Member[]>()
  for (const [text, run] of Object.entries(table)) {
    const member = readMember(world, owner, { text, run })
    const same = members.get(member.name) ?? []
    const twin = same.findIndex((other) => isTwin(member, other))
    const other = same[twin]
    if (other) same[twin] = { ...other, run: other.run ?? member.run, set: other.set ?? member.set }
    else same.push(member)
    members.set(member.name, same)
  }
  return members
}

function isTwin(member: Member, other: Member): boolean {
  if (member.kind === 'property') return other.kind === 'property'
  return (
    member.kind === 'indexer' &&
    member.parameters.every((parameter, index) => parameter.type === other.parameters[index]?.type)
  )
}

function readMember(
  world: TypeWorld,
  owner: TypeDefinition,
  line: { text: string; run: Implementation },
): Member {
  if (line.text === 'default') return defaultMember(world, owner, line.run)
  const isSetter = line.text.startsWith('set ')
  const isTimed = line.text.startsWith('timed ')
  const reader = readerOf(line.text.replace(/^(?:set|timed) /, ''))
  const isStatic = reader.accept('static')
  const context: Context = { world, owner, reader, isStatic, typeParameters: owner.typeParameters }
  const shape = readShape(context)
  const isExtension = shape.parameters[0]?.passing === 'this'
  return {
    ...shape,
    isStatic:
      isStatic ||
      shape.kind === 'constructor' ||
      shape.kind === 'operator' ||
      shape.kind === 'conversion',
    isExtension,
    isTimed,
    owner,
    run: isSetter ? undefined : line.run,
    set: isSetter ? line.run : undefined,
  }
}

/** `default(T)` of a struct that is no number. */
function defaultMember(world: TypeWorld, owner: TypeDefinition, run: Implementation): Member {
  return {
    kind: 'operator',
    name: 'default',
    isStatic: true,
    isExtension: false,
    isImplicit: false,
    isTimed: false,
    typeParameters: [],
    parameters: [],
    type: world.special('void'),
    owner,
    run,
    set: undefined,
  }
}

interface Context {
  readonly world: TypeWorld
  readonly owner: TypeDefinition
  readonly reader: TokenReader
  readonly isStatic: boolean
  readonly typeParameters: readonly string[]
}

type Shape = Pick<Member, 'kind' | 'name' | 'typeParameters' | 'parameters' | 'type' | 'isImplicit'>

function readShape(context: Context): Shape {
  const { reader, world, owner } = context
  const plain = { typeParameters: [], parameters: [], isImplicit: false }
  if (reader.accept('new')) {
    const self = world.close(
      owner,
      owner.typeParameters.map((name) => world.parameter(name)),
    )
    return {
      ...plain,
      kind: 'constructor',
      name: 'new',
      parameters: readParameters(context, parseParameters(reader)),
      type: self,
    }
  }
  if (reader.is('implicit') || reader.is('explicit')) return readConversion(context)
  const returnType = reader.accept('void') ? world.special('void') : parseType(reader)
  if (reader.accept('operator')) return readOperator(context, returnType)
  if (reader.accept('this')) return readIndexer(context, returnType)
  const name = reader.identifier().text
  const isMethod = reader.is('(') || reader.is('<')
  if (!isMethod) return { ...plain, kind: 'property', name, type: resolve(context, returnType) }
  const names = readTypeParameters(reader)
  const inner = { ...context, typeParameters: [...context.typeParameters, ...names] }
  return {
    kind: 'method',
    name,
    isImplicit: false,
    typeParameters: names.map((parameter) => world.parameter(parameter)),
    parameters: readParameters(inner, parseParameters(reader)),
    type: resolve(inner, returnType),
  }
}

function readConversion(context: Context): Shape {
  const { reader } = context
  const isImplicit = reader.next().text === 'implicit'
  reader.expect('operator')
  const type = resolve(context, parseType(reader))
  const parameters = readParameters(context, parseParameters(reader))
  return {
    kind: 'conversion',
    name: 'conversion',
    isImplicit,
    typeParameters: [],
    parameters,
    type,
  }
}

function readOperator(context: Context, returnType: TypeSyntax | Type): Shape {
  const { reader } = context
  let name = ''
  while (!reader.is('(')) name += reader.next().text
  const parameters = readParameters(context, parseParameters(reader))
  return {
    kind: 'operator',
    name: `operator ${name}`,
    isImplicit: false,
    typeParameters: [],
    parameters,
    type: resolve(context, returnType),
  }
}

function readIndexer(context: Context, returnType: TypeSyntax | Type): Shape {
  const { reader } = context
  const inside: ParameterSyntax[] = []
  reader.expect('[')
  do
    inside.push({
      type: parseType(reader),
      name: reader.identifier().text,
      passing: 'value',
      fallback: undefined,
      at: 0,
    })
  while (reader.accept(','))
  const parameters = readParameters(context, inside)
  return {
    kind: 'indexer',
    name: 'this',
    isImplicit: false,
    typeParameters: [],
    parameters,
    type: resolve(context, returnType),
  }
}

function readTypeParameters(reader: TokenReader): string[] {
  const names: string[] = []
  if (!reader.accept('<')) return names
  do names.push(reader.identifier().text)
  while (reader.accept(','))
  reader.expect('>')
  return names
}

function readParameters(context: Context, list: readonly ParameterSyntax[]): Parameter[] {
  return list.map((syntax) => {
    assert(syntax.type, 'the parameters of a table have types')
    const fallback = syntax.fallback && constantOf(syntax.fallback)
    return {
      name: syntax.name,
      type: resolve(context, syntax.type),
      passing: syntax.passing,
      fallback,
    }
  })
}

function resolve(context: Context, syntax: TypeSyntax | Type): Type {
  if (!('at' in syntax)) return syntax
  return context.world.resolve(syntax, { typeParameters: context.typeParameters, isTable: true })
}
