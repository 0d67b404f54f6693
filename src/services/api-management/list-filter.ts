import { type JsonValue, stringMember } from '../../base/json.ts'
import type { Entity } from './entity-tree.ts'
import { validationError } from './errors.ts'
import { filterCharsMax, filterDepthMax } from './limits.ts'

/** An entity as it is read back: nothing that is not told can be asked for. */
type ShownEntity = Pick<Entity, 'kind' | 'names' | 'properties'>

type EntityFilter = (entity: ShownEntity) => boolean

/**
 * Reads a `$filter` of a list: comparisons, functions of texts, `and`, `or`, `not`. Texts are the same in any case.
 * https://learn.microsoft.com/rest/api/apimanagement/apis/list-by-service#uri-parameters
 */
export function parseListFilter(text: string): EntityFilter {
  if (text.length > filterCharsMax) throw filterFault('The filter is too long.')
  return new ListFilterParser(tokensOf(text)).all()
}

/** What documents of the REST name as fields of lists; an entity that has none of a name has nothing there. */
const fields = new Set(
  `name displayName description serviceUrl path isCurrent apiRevision method urlTemplate terms state stateComment
   ownerId scope userId productId apiId aid operationId groupId firstName lastName email registrationDate note notes
   externalId subject thumbprint expirationDate loggerType resourceId contentType value title url authorName apiName
   region hostname tags`.split(/\s+/),
)

type Compare = (order: number) => boolean

const comparisons: Readonly<Record<string, Compare>> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
}

const functions: Readonly<Record<string, (text: string, part: string) => boolean>> = {
  contains: (text, part) => text.includes(part),
  startswith: (text, part) => text.startsWith(part),
  endswith: (text, part) => text.endsWith(part),
  // Its part comes first.
  substringof: (part, text) => text.includes(part),
}

/** What an operand is for an entity; texts are in lower case. */
type Operand = (entity: ShownEntity) => string | number | boolean | null

const tokenPattern =
  /\s+|([(),:])|('(?:[^']|'')*')|(\d{4}-\d\d-\d\d[\w:.+-]*)|(-?\d+(?:\.\d+)?)(?!\w)|([\w.$/]+)/y

function tokensOf(text: string): readonly string[] {
  const tokens: string[] = []
  tokenPattern.lastIndex = 0
  while (tokenPattern.lastIndex < text.length) {
    const [whole, ...groups] = tokenPattern.exec(text) ?? []
    if (whole === undefined) throw filterFault(`'${text}' cannot be read.`)
    const token = groups.find((each) => each !== undefined)
    if (token !== undefined) tokens.push(token)
  }
  return tokens
}

class ListFilterParser {
  readonly #tokens: readonly string[]
  #index = 0
  #depth = 0
  /** The name that stands for an item inside `any` and `all`. */
  #item: string | undefined
  #itemValue: JsonValue = null

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens
  }

  all(): EntityFilter {
    const filter = this.#or()
    const rest = this.#tokens[this.#index]
    if (rest !== undefined) throw filterFault(`'${rest}' is not expected.`)
    return filter
  }

  #or(): EntityFilter {
    const left = this.#and()
    if (!this.#takes('or')) return left
    const right = this.#or()
    return (entity) => left(entity) || right(entity)
  }

  #and(): EntityFilter {
    const left = this.#not()
    if (!this.#takes('and')) return left
    const right = this.#and()
    return (entity) => left(entity) && right(entity)
  }

  #not(): EntityFilter {
    this.#depth += 1
    if (this.#depth > filterDepthMax) throw filterFault('The filter is nested too deeply.')
    const filter = this.#single()
    this.#depth -= 1
    return filter
  }

  #single(): EntityFilter {
    if (this.#takes('not')) {
      const inner = this.#not()
      return (entity) => !inner(entity)
    }
    if (this.#takes('(')) {
      const inner = this.#or()
      this.#expect(')')
      return inner
    }
    const word = this.#tokens[this.#index] ?? ''
    const isCall = this.#tokens[this.#index + 1] === '('
    if (isCall && /^tags\/(?:any|all)$/i.test(word)) return this.#tags(word.toLowerCase())
    const test = isCall ? functions[word.toLowerCase()] : undefined
    if (!test) return this.#comparison()
    this.#index += 2
    const one = this.#operand()
    this.#expect(',')
    const other = this.#operand()
    this.#expect(')')
    const isTrue = this.#truth()
    return (entity) => test(textOf(one(entity)), textOf(other(entity))) === isTrue
  }

  #comparison(): EntityFilter {
    const left = this.#operand()
    const operator = (this.#tokens[this.#index] ?? '').toLowerCase()
    const compare = comparisons[operator]
    if (!compare) throw filterFault(`'${operator}' is no operator: eq, ne, gt, ge, lt or le.`)
    this.#index += 1
    const right = this.#operand()
    return (entity) => {
      const order = orderOf(left(entity), right(entity))
      return order === undefined ? operator === 'ne' : compare(order)
    }
  }

  /** `startswith(name, 'a') eq true` says no more than it says without. */
  #truth(): boolean {
    if (!this.#takes('eq')) return true
    const word = (this.#tokens[this.#index] ?? '').toLowerCase()
    this.#index += 1
    if (word === 'true' || word === 'false') return word === 'true'
    throw filterFault(`'${word}' is neither true nor false.`)
  }

  /** `tags/any(tag: tag eq 'key')` */
  #tags(word: string): EntityFilter {
    this.#index += 2
    this.#item = this.#tokens[this.#index]
    this.#index += 1
    this.#expect(':')
    const test = this.#or()
    this.#item = undefined
    this.#expect(')')
    const holds = (entity: ShownEntity) => (value: JsonValue) => {
      this.#itemValue = value
      return test(entity)
    }
    return (entity) => {
      const { tags } = entity.properties
      const list = Array.isArray(tags) ? tags : []
      return word === 'tags/any' ? list.some(holds(entity)) : list.every(holds(entity))
    }
  }

  #operand(): Operand {
    const token = this.#tokens[this.#index]
    if (token === undefined) throw filterFault('The filter ends too early.')
    this.#index += 1
    const literal = literalOf(token)
    if (literal !== undefined) return () => literal
    if (token === this.#item) return () => scalarOf(this.#itemValue)
    const name = token.replace(/^properties[./]/i, '').toLowerCase()
    const field = [...fields].find((each) => each.toLowerCase() === name)
    if (field === undefined) throw filterFault(`Could not find a property named '${token}'.`)
    return (entity) => fieldOf(entity, field)
  }

  #takes(word: string): boolean {
    if (this.#tokens[this.#index]?.toLowerCase() !== word) return false
    this.#index += 1
    return true
  }

  #expect(word: string): void {
    if (!this.#takes(word)) throw filterFault(`'${word}' is missing.`)
  }
}

function literalOf(token: string): string | number | boolean | null | undefined {
  if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'").toLowerCase()
  if (/^-?\d+(?:\.\d+)?$/.test(token)) return Number(token)
  if (/^\d{4}-\d\d-\d\d/.test(token)) return token.toLowerCase()
  if (/^(?:true|false)$/i.test(token)) return token.toLowerCase() === 'true'
  return token === 'null' ? null : undefined
}

function fieldOf({ kind, names, properties }: ShownEntity, field: string): ReturnType<Operand> {
  const name = names.at(-1)?.toLowerCase() ?? ''
  const own = properties[field]
  if (field !== 'name' && own !== undefined) return scalarOf(own)
  switch (field) {
    case 'name':
    case 'apiId':
    case 'aid':
    case 'operationId':
    case 'groupId':
      return name
    case 'userId':
      return kind.endsWith('users') ? name : lastOf(stringMember(properties, 'ownerId'))
    case 'productId':
      return kind.endsWith('subscriptions') ? productOf(properties['scope']) : name
    default:
      return null
  }
}

function productOf(scope: JsonValue | undefined): string | null {
  const [, product = null] =
    /\/products\/([^/]+)$/i.exec(typeof scope === 'string' ? scope : '') ?? []
  return product?.toLowerCase() ?? null
}

function lastOf(id: string | undefined): string | null {
  return id?.split('/').at(-1)?.toLowerCase() ?? null
}

function scalarOf(value: JsonValue): ReturnType<Operand> {
  if (typeof value === 'string') return value.toLowerCase()
  return typeof value === 'object' ? null : value
}

function textOf(value: ReturnType<Operand>): string {
  return value === null ? '' : String(value)
}

/** Nothing where they cannot be compared. */
function orderOf(one: ReturnType<Operand>, other: ReturnType<Operand>): number | undefined {
  if (one === other) return 0
  if (typeof one !== typeof other || one === null || other === null) return undefined
  return one < other ? -1 : 1
}

function filterFault(message: string): Error {
  return validationError([{ target: '$filter', message: `Invalid filter clause: ${message}` }])
}
