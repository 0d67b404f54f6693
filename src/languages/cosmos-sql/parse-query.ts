import { CosmosSqlError } from './cosmos-sql-error.ts'
import { queryCharactersMax } from './limits.ts'
import { parseExpression, parseExpressions } from './parse-expression.ts'
import { subexpressions } from './subexpressions.ts'
import { TokenReader } from './token-reader.ts'
import type {
  Count,
  Expression,
  Name,
  OrderItem,
  Path,
  Query,
  SelectItem,
  Selection,
  Source,
} from './syntax-tree.ts'

/** Reads the text of a query: https://learn.microsoft.com/azure/cosmos-db/nosql/query/ */
export function parseQuery(text: string): Query {
  if (text.length > queryCharactersMax) {
    const message = `The SQL query text exceeded the maximum limit of ${queryCharactersMax} characters.`
    throw new CosmosSqlError('SC3020', message, { text, start: 0, end: text.length })
  }
  const reader = new TokenReader(text, parseSelect)
  const query = parseSelect(reader)
  if (reader.peek().kind !== 'end') reader.fail()
  return query
}

function parseSelect(reader: TokenReader): Query {
  const { start } = reader.expectKeyword('SELECT')
  const distinct = reader.takeKeyword('DISTINCT')
  const top = reader.takeKeyword('TOP') ? parseCount(reader) : undefined
  const selection = parseSelection(reader)
  const sources = reader.takeKeyword('FROM') ? parseSources(reader) : []
  const where = reader.takeKeyword('WHERE') ? parseExpression(reader) : undefined
  const groupBy = reader.isKeyword('GROUP') ? parseGroupBy(reader) : []
  const orderBy = reader.isKeyword('ORDER') ? parseOrderBy(reader) : []
  const page = reader.takeKeyword('OFFSET') ? parseOffsetLimit(reader) : {}
  const end = reader.consumedEnd
  const query: Query = { distinct, selection, sources, groupBy, orderBy, ...page, start, end }
  return { ...query, ...(top ? { top } : {}), ...(where ? { where } : {}) }
}

function parseCount(reader: TokenReader): Count {
  const token = reader.peek()
  if (token.kind === 'parameter') {
    reader.next()
    return { value: { parameter: token.text }, start: token.start, end: token.end }
  }
  const isCount = token.kind === 'number' && Number.isSafeInteger(token.value)
  if (!isCount) return reader.fail()
  reader.next()
  return { value: Number(token.value), start: token.start, end: token.end }
}

function parseSelection(reader: TokenReader): Selection {
  const { start, end } = reader.peek()
  if (reader.takeSign('*')) return { kind: 'star', start, end }
  if (reader.takeKeyword('VALUE')) return { kind: 'value', value: parseExpression(reader) }
  const items = [parseSelectItem(reader)]
  while (reader.takeSign(',')) items.push(parseSelectItem(reader))
  return { kind: 'list', items }
}

function parseSelectItem(reader: TokenReader): SelectItem {
  const value = parseExpression(reader)
  if (!reader.takeKeyword('AS') && reader.peek().kind !== 'identifier') return { value }
  return { value, alias: parseName(reader) }
}

function parseName(reader: TokenReader): Name {
  const token = reader.expectIdentifier()
  return { name: token.text, start: token.start, end: token.end }
}

function parseSources(reader: TokenReader): Source[] {
  const sources = [parseSource(reader)]
  while (reader.takeKeyword('JOIN')) {
    reader.countJoin()
    sources.push(parseSource(reader))
  }
  return sources
}

function parseSource(reader: TokenReader): Source {
  const { start } = reader.peek()
  if (reader.isKeyword('IN', 1)) {
    const alias = parseName(reader)
    reader.expectKeyword('IN')
    const from = parseCollection(reader)
    return { alias, iterate: true, from, start, end: reader.consumedEnd }
  }
  const from = parseCollection(reader)
  const hasAlias = reader.takeKeyword('AS') || reader.peek().kind === 'identifier'
  const alias = hasAlias ? parseName(reader) : inferredAlias(from)
  const source: Source = { iterate: false, from, start, end: reader.consumedEnd }
  return alias ? { ...source, alias } : source
}

function parseCollection(reader: TokenReader): Source['from'] {
  if (!reader.takeSign('(')) return parsePath(reader)
  const query = reader.subquery()
  reader.expectSign(')')
  return { kind: 'query', query }
}

function parsePath(reader: TokenReader): Path {
  const root = parseName(reader)
  const keys: (string | number)[] = []
  for (;;) {
    if (reader.takeSign('.')) {
      keys.push(reader.expectIdentifier().text)
    } else if (reader.takeSign('[')) {
      const token = reader.peek()
      if (token.kind !== 'string' && token.kind !== 'number') reader.fail()
      keys.push(reader.next().value)
      reader.expectSign(']')
    } else {
      return { kind: 'path', root, keys, start: root.start, end: reader.consumedEnd }
    }
  }
}

function inferredAlias(from: Source['from']): Name | undefined {
  if (from.kind === 'query') return undefined
  const last = from.keys.at(-1)
  if (last === undefined) return from.root
  return typeof last === 'string' ? { name: last, start: from.start, end: from.end } : undefined
}

function parseGroupBy(reader: TokenReader): Query['groupBy'] {
  reader.expectKeyword('GROUP')
  reader.expectKeyword('BY')
  const keys = parseExpressions(reader)
  for (const key of keys) refuseSubquery(reader, key)
  return keys
}

function refuseSubquery(reader: TokenReader, expression: Expression): void {
  if (expression.kind === 'subquery') {
    const { start, end } = expression
    const message = 'Subqueries are not supported in the GROUP BY clause.'
    throw new CosmosSqlError('SC9018', message, { text: reader.text, start, end })
  }
  for (const part of subexpressions(expression)) refuseSubquery(reader, part)
}

function parseOrderBy(reader: TokenReader): OrderItem[] {
  reader.expectKeyword('ORDER')
  reader.expectKeyword('BY')
  refuseRank(reader)
  const items = [parseOrderItem(reader)]
  while (reader.takeSign(',')) items.push(parseOrderItem(reader))
  return items
}

// https://learn.microsoft.com/azure/cosmos-db/nosql/query/order-by-rank belongs to full-text and vector search.
function refuseRank(reader: TokenReader): void {
  const { text, start } = reader.peek()
  const next = reader.peek(1)
  if (text.toUpperCase() !== 'RANK' || next.kind !== 'identifier') return
  const message = "'ORDER BY RANK' is not supported."
  throw new CosmosSqlError('SC9012', message, { text: reader.text, start, end: next.start - 1 })
}

function parseOrderItem(reader: TokenReader): OrderItem {
  const value = parseExpression(reader)
  const descending = reader.takeKeyword('DESC')
  if (!descending) reader.takeKeyword('ASC')
  return { value, descending }
}

function parseOffsetLimit(reader: TokenReader): { offset: Count; limit: Count } {
  const offset = parseCount(reader)
  reader.expectKeyword('LIMIT')
  return { offset, limit: parseCount(reader) }
}
