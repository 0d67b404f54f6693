import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.ts'
import { badRequest } from './errors.ts'
import { isSystemProperty } from './item.ts'
import { patchOperationsMax } from './limits.ts'
import type { PartitionKey } from './partition-key.ts'

/** One change of a patch: https://learn.microsoft.com/azure/cosmos-db/partial-document-update#supported-operations */
export type PatchOperation =
  | {
      readonly op: 'add' | 'set' | 'replace'
      readonly path: PatchPath
      readonly value: JsonValue
    }
  | { readonly op: 'remove'; readonly path: PatchPath }
  | { readonly op: 'incr'; readonly path: PatchPath; readonly value: number }
  | { readonly op: 'move'; readonly path: PatchPath; readonly from: PatchPath }

/** The segments of a JSON pointer; never empty. */
type PatchPath = readonly string[]

/** Reads the operations of a patch body; throws Azure's 400 for what is malformed. */
export function parsePatch(
  operations: readonly JsonValue[],
  partitionKey: PartitionKey,
): readonly PatchOperation[] {
  if (operations.length === 0) throw syntaxFault('there must be at least one operation')
  if (operations.length > patchOperationsMax) {
    throw badRequest(`The number of patch operations can't exceed ${patchOperationsMax}.`)
  }
  return operations.map((operation) => {
    const parsed = parseOperation(operation)
    checkMayChange(parsed.path, partitionKey)
    if (parsed.op === 'move') checkMayChange(parsed.from, partitionKey)
    return parsed
  })
}

/** The item after all operations, applied one after another; the given item stays as it is. */
export function applyPatch(item: JsonObject, operations: readonly PatchOperation[]): JsonObject {
  const patched = structuredClone(item)
  for (const [index, operation] of operations.entries()) apply(patched, operation, index + 1)
  return patched
}

function apply(item: JsonObject, operation: PatchOperation, number: number): void {
  const target = new PatchTarget(item, operation.path, number)
  switch (operation.op) {
    case 'add':
      return target.add(operation.value)
    case 'set':
      return target.set(operation.value)
    case 'replace':
      return target.replace(operation.value)
    case 'remove':
      target.remove()
      return
    case 'incr':
      return target.increment(operation.value)
    case 'move': {
      const moved = new PatchTarget(item, operation.from, number).remove()
      return new PatchTarget(item, operation.path, number).add(moved)
    }
  }
}

/** The place that an operation changes: a member of an object or an element of an array. */
class PatchTarget {
  readonly #parent: JsonObject | JsonValue[]
  readonly #key: string
  readonly #path: string
  readonly #number: number

  constructor(item: JsonObject, path: PatchPath, number: number) {
    this.#path = `/${path.join('/')}`
    this.#number = number
    this.#key = path.at(-1) ?? ''
    let parent: JsonValue | undefined = item
    for (const segment of path.slice(0, -1)) parent = childOf(parent, segment)
    if (!isJsonObject(parent) && !Array.isArray(parent)) throw this.#noParent()
    this.#parent = parent
  }

  add(value: JsonValue): void {
    if (!Array.isArray(this.#parent)) this.#assign(value)
    else this.#parent.splice(this.#index(this.#parent, this.#parent.length), 0, value)
  }

  set(value: JsonValue): void {
    if (!Array.isArray(this.#parent)) this.#assign(value)
    else if (this.#key === '-') this.#parent.push(value)
    else this.#parent[this.#index(this.#parent, this.#parent.length)] = value
  }

  replace(value: JsonValue): void {
    if (this.#current === undefined)
      throw this.#fault(`Node(${this.#path}) to be replaced is absent.`)
    this.set(value)
  }

  remove(): JsonValue {
    const removed = this.#current
    if (removed === undefined) {
      throw this.#fault(
        `Node(${this.#path}) to be removed is absent. Note: it might also have been removed earlier in the transaction.`,
      )
    }
    if (Array.isArray(this.#parent)) this.#parent.splice(Number(this.#key), 1)
    else Reflect.deleteProperty(this.#parent, this.#key)
    return removed
  }

  increment(by: number): void {
    const current = this.#current ?? 0
    if (typeof current !== 'number') throw this.#fault(`Node(${this.#path}) is not a number.`)
    this.set(current + by)
  }

  get #current(): JsonValue | undefined {
    return childOf(this.#parent, this.#key)
  }

  #assign(value: JsonValue): void {
    Object.defineProperty(this.#parent, this.#key, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    })
  }

  #index(array: readonly JsonValue[], last: number): number {
    if (this.#key === '-') return array.length
    if (!/^(0|[1-9]\d*)$/.test(this.#key)) throw this.#noParent()
    const index = Number(this.#key)
    if (index > last) throw this.#fault(`Index(${index}) to operate on is out of array bounds.`)
    return index
  }

  #noParent(): Error {
    return this.#fault(
      'Add Operation can only create a child object of an existing node(array or object) and ' +
        `cannot create path recursively, no path found beyond: '${this.#path}'.`,
    )
  }

  #fault(message: string): Error {
    return badRequest(`For Operation(${this.#number}): ${message}`)
  }
}

function childOf(parent: JsonValue | undefined, key: string): JsonValue | undefined {
  if (Array.isArray(parent)) return /^(0|[1-9]\d*)$/.test(key) ? parent[Number(key)] : undefined
  return isJsonObject(parent) && Object.hasOwn(parent, key) ? parent[key] : undefined
}

function parseOperation(operation: JsonValue): PatchOperation {
  if (!isJsonObject(operation)) throw syntaxFault('an operation must be an object')
  const { op, value } = operation
  const path = parsePath(operation['path'], 'path')
  const name = typeof op === 'string' ? op.toLowerCase() : JSON.stringify(op ?? null)
  switch (name) {
    case 'add':
    case 'set':
    case 'replace':
      if (value === undefined) throw syntaxFault(`'value' of the operation '${name}' is missing`)
      return { op: name, path, value }
    case 'remove':
      return { op: 'remove', path }
    case 'incr':
    case 'increment':
      if (typeof value !== 'number')
        throw syntaxFault("'value' of the operation 'incr' must be a number")
      return { op: 'incr', path, value }
    case 'move':
      return { op: 'move', path, from: parseMoveSource(operation['from'], path) }
    default:
      throw syntaxFault(`the operation '${name}' is not known`)
  }
}

function parseMoveSource(value: JsonValue | undefined, path: PatchPath): PatchPath {
  const from = parsePath(value, 'from')
  if (from.length < path.length && from.every((segment, index) => path[index] === segment)) {
    throw syntaxFault("the 'path' of a move cannot be below its 'from'")
  }
  return from
}

function parsePath(value: JsonValue | undefined, name: string): PatchPath {
  if (typeof value !== 'string' || !/^\/./.test(value)) {
    throw syntaxFault(`'${name}' must be a path like '/address/city'`)
  }
  const segments = value.slice(1).split('/')
  return segments.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function checkMayChange(path: PatchPath, partitionKey: PartitionKey): void {
  const [first = ''] = path
  if (first === 'id' || isSystemProperty(first)) {
    throw badRequest(`Invalid patch request: Cannot patch system property '${first}'.`)
  }
  for (const key of partitionKey.paths) {
    if (path.every((segment, index) => key[index] === segment)) {
      throw badRequest(
        `Invalid patch request: Cannot patch the partition key property '/${key.join('/')}'.`,
      )
    }
  }
}

function syntaxFault(reason: string): Error {
  return badRequest(`Invalid patch request: check syntax of patch specification: ${reason}.`)
}
