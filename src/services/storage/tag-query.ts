import { invalidQuery } from './errors.ts'

type Operator = '=' | '<>' | '>' | '>=' | '<' | '<='

interface TagCondition {
  readonly name: string
  readonly operator: Operator
  readonly value: string
}

/** A search by tags; `@container` stands for the container's name. */
export interface TagQuery {
  readonly alternatives: readonly (readonly TagCondition[])[]
}

/**
 * Reads `"status"='new' AND "priority">='2'`; `OR` is allowed in conditions of requests.
 * https://learn.microsoft.com/rest/api/storageservices/find-blobs-by-tags#remarks
 */
export function parseTagQuery(text: string): TagQuery {
  let rest = text.trim()
  const alternatives: TagCondition[][] = [[]]
  while (rest !== '') {
    const match = conditionPattern.exec(rest)
    const [whole, quoted, bare, operator, value] = match ?? []
    if (whole === undefined || operator === undefined || value === undefined) throw malformed(text)
    if (!isOperator(operator)) throw malformed(text)
    const condition = { name: quoted ?? bare ?? '', operator, value: value.replaceAll("''", "'") }
    alternatives.at(-1)?.push(condition)
    rest = rest.slice(whole.length).trim()
    if (rest === '') break
    const word = /^(and|or)\s+/i.exec(rest)
    if (!word) throw malformed(text)
    if (word[1]?.toLowerCase() === 'or') alternatives.push([])
    rest = rest.slice(word[0].length)
    if (rest === '') throw malformed(text)
  }
  if (alternatives[0]?.length === 0) throw malformed(text)
  return { alternatives }
}

/** True where the tags are as the text says. */
export function matchesTags(text: string, tags: Readonly<Record<string, string>>): boolean {
  return isMatch(parseTagQuery(text), tags)
}

/** True where the tags are as the query says. */
export function isMatch(query: TagQuery, tags: Readonly<Record<string, string>>): boolean {
  return query.alternatives.some((conditions) =>
    conditions.every(({ name, operator, value }) => {
      const given = Object.hasOwn(tags, name) ? tags[name] : undefined
      return given !== undefined && compare(given, operator, value)
    }),
  )
}

/** Names that a query asks for, so that only those tags are given back. */
export function namesIn(query: TagQuery): ReadonlySet<string> {
  return new Set(query.alternatives.flat().map(({ name }) => name))
}

const conditionPattern = /^(?:"([^"]+)"|(@?[A-Za-z_]\w*))\s*(=|<>|>=|<=|>|<)\s*'((?:[^']|'')*)'/

function isOperator(text: string): text is Operator {
  return ['=', '<>', '>', '>=', '<', '<='].includes(text)
}

function compare(given: string, operator: Operator, value: string): boolean {
  switch (operator) {
    case '=':
      return given === value
    case '<>':
      return given !== value
    case '>':
      return given > value
    case '>=':
      return given >= value
    case '<':
      return given < value
    case '<=':
      return given <= value
  }
}

function malformed(text: string): Error {
  return invalidQuery(
    'where',
    text,
    'Error parsing query: expected name, operator and quoted value.',
  )
}
