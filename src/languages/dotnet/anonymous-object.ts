import { equalValues, hashKey } from './comparison.ts'
import { displayText } from './format.ts'
import type { DotnetObject } from './value.ts'

/** What `new { A = 1 }` makes: members in order, equal when all members are, written `{ A = 1 }`. */
export class AnonymousObject implements DotnetObject {
  readonly typeName: string
  readonly members: ReadonlyMap<string, unknown>

  constructor(members: ReadonlyMap<string, unknown>, typeName = '<>f__AnonymousType0') {
    this.members = members
    this.typeName = typeName
  }

  equals(other: unknown): boolean {
    if (!(other instanceof AnonymousObject) || other.members.size !== this.members.size)
      return false
    for (const [name, value] of this.members) {
      if (!other.members.has(name) || !equalValues(value, other.members.get(name))) return false
    }
    return true
  }

  hashKey(): string {
    return `Anonymous ${Array.from(this.members, ([name, value]) => `${name}=${keyText(value)}`).join('\0')}`
  }

  toString(): string {
    const members = Array.from(this.members, ([name, value]) => `${name} = ${displayText(value)}`)
    return `{ ${members.join(', ')} }`
  }
}

const identities = new WeakMap<object, number>()
const counter = { next: 1 }

// Objects that are compared by identity get a number, so that the key of what holds them is a text.
function keyText(value: unknown): string {
  const key = hashKey(value)
  if ((typeof key !== 'object' && typeof key !== 'function') || key === null) {
    return `${typeof key} ${String(key)}`
  }
  const known = identities.get(key) ?? counter.next++
  identities.set(key, known)
  return `#${known}`
}

/** The text of an anonymous object's or a tuple's part in a hash key. */
export function partKey(value: unknown): string {
  return keyText(value)
}
