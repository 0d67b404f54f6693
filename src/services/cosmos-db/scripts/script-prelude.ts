/**
 * What every script finds: the server-side API of Azure, in JavaScript that runs beside it. Calls are handed out by
 * `__drain` and their results come in by `__deliver`.
 * https://azure.github.io/azure-cosmosdb-js-server/
 */
export const scriptPrelude = `
const { __drain, __deliver, getContext, __, console } = (() => {
  const calls = []
  const waiting = new Map()
  const log = []
  let count = 0
  const { operation, request, response, selfLink, altLink } = __context
  function send(operation, link, body, rest) {
    const callback = rest.find((each) => typeof each === 'function')
    const options = rest.find((each) => typeof each === 'object' && each !== null) ?? null
    if (!__accepts()) return false
    count += 1
    calls.push({ call: count, operation, link: String(link), body: body ?? null, options })
    waiting.set(count, callback)
    return true
  }
  const collection = {
    getSelfLink: () => selfLink,
    getAltLink: () => altLink,
    createDocument: (link, body, ...rest) => send('create', link, body, rest),
    upsertDocument: (link, body, ...rest) => send('upsert', link, body, rest),
    readDocument: (link, ...rest) => send('read', link, null, rest),
    replaceDocument: (link, body, ...rest) => send('replace', link, body, rest),
    deleteDocument: (link, ...rest) => send('delete', link, null, rest),
    queryDocuments: (link, query, ...rest) => send('query', link, query, rest),
    readDocuments: (link, ...rest) => send('query', link, 'SELECT * FROM c', rest),
  }
  const message = (value) => ({
    getBody: () => value.body,
    setBody: (body) => void (value.body = body),
    getOperationType: () => operation,
    getValue: (name) => value[name],
    setValue: (name, given) => void (value[name] = given),
  })
  const [sent, answered] = [{ body: request }, { body: response }]
  const context = {
    collection,
    request: message(sent),
    response: message(answered),
  }
  function faultOf({ number, body }) {
    return Object.assign(new Error(body), { number, body })
  }
  const compare = (left, right) => (left < right ? -1 : left > right ? 1 : 0)
  const steps = {
    filter: (test) => (rows) => rows.filter((row) => test(row)),
    map: (change) => (rows) => rows.map((row) => change(row)),
    pluck: (name) => (rows) => rows.map((row) => row[name]),
    flatten: (isShallow) => (rows) => rows.flat(isShallow ? 1 : Infinity),
    sortBy: (key) => (rows) => [...rows].sort((a, b) => compare(key(a), key(b))),
    sortByDescending: (key) => (rows) => [...rows].sort((a, b) => compare(key(b), key(a))),
  }
  function chain(before) {
    const links = Object.entries(steps).map(([name, step]) =>
      [name, (argument) => chain([...before, step(argument)])])
    return { ...Object.fromEntries(links), value: (...rest) => valueOf(before, rest) }
  }
  function valueOf(chained, rest) {
    const callback = rest.find((each) => typeof each === 'function')
    const options = { pageSize: Number.MAX_SAFE_INTEGER }
    const isAccepted = send('query', selfLink, 'SELECT * FROM c', [options, (error, items) => {
      const rows = error ? undefined : chained.reduce((found, step) => step(found), items)
      if (callback) callback.call(collection, error, rows, {})
      else if (error) throw error
      else context.response.setBody(rows)
    }])
    return { isAccepted }
  }
  const whole = Object.entries(steps).map(([name, step]) =>
    [name, (...rest) => valueOf([step(rest[0])], rest.slice(1))])
  return {
    getContext: () => ({
      getCollection: () => collection,
      getRequest: () => context.request,
      getResponse: () => context.response,
      abort: (error) => { throw error },
    }),
    __: {
      ...collection,
      ...Object.fromEntries(whole),
      chain: () => chain([]),
      request: context.request,
      response: context.response,
    },
    console: { log: (...values) => void log.push(values.map(String).join(' ')) },
    __drain: () => JSON.stringify({
      calls: calls.splice(0),
      request: sent.body ?? null,
      response: answered.body ?? '',
      log: log.join('\\n'),
    }),
    __deliver: (json) => {
      for (const result of JSON.parse(json)) {
        const callback = waiting.get(result.call)
        waiting.delete(result.call)
        const error = result.error ? faultOf(result.error) : undefined
        if (callback) callback.call(collection, error, result.body, result.options)
        else if (error) throw error
      }
    },
  }
})()
const ErrorCodes = Object.freeze({
  BadRequest: 400, Forbidden: 403, NotFound: 404, Conflict: 409, PreconditionFailed: 412,
  RequestEntityTooLarge: 413, RetryWith: 449, InternalServerError: 500,
})
`

/** The text that makes a value of a script's function: an expression, or declarations of which the first counts. */
export function functionSource(source: string): string {
  const [, name] = /^\s*(?:async\s+)?function\s*\*?\s*([\w$]+)/.exec(source) ?? []
  if (name === undefined) return `(${source}\n)`
  return `(() => {\n${source}\nreturn ${name}\n})()`
}
