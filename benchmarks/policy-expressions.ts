/**
 * Policy expressions against the same written in JavaScript, on the same context; and what it takes to compile
 * a policy document.
 */
import assert from 'node:assert/strict'
import { objectMember, parseJson, stringMember } from '../src/base/json.ts'
import { readPolicyContext } from '../src/cli/policy-context-file.ts'
import { compileExpression } from '../src/languages/csharp/compile.ts'
import type { PolicyContext } from '../src/languages/csharp/policy-context.ts'
import { compilePolicies } from '../src/services/api-management/gateway/policy-compiler.ts'
import { orderPolicies } from './order-policies.ts'
import { interleave } from './rounds.ts'
import { percentile } from './statistics.ts'

const rounds = 9
const evaluations = 50_000
// V8 takes a while to compile either side for good.
const warmUpRounds = 8
const documents = 500
const warmUpDocuments = 100
const timesGoal = 5

interface Order {
  readonly customer: { readonly name: string }
  readonly lines: readonly { readonly quantity: number }[]
}

const order: Order = {
  customer: { name: 'Contoso' },
  lines: Array.from({ length: 8 }, (_, index) => ({ quantity: index })),
}

interface Case {
  readonly name: string
  readonly code: string
  /** The same, with what a variable holds as JavaScript would hold it, and found by its name as in the expression. */
  readonly same: (context: PolicyContext, variables: Variables) => unknown
}

interface Variables {
  readonly numbers: ReadonlyMap<string, number>
  readonly orders: ReadonlyMap<string, Order>
}

const cases: readonly Case[] = [
  {
    name: 'string test',
    code: 'context.Request.Headers.GetValueOrDefault("Content-Type", "").StartsWith("application/json")',
    same: ({ request }) =>
      (request.headers.get('Content-Type')?.join(',') ?? '').startsWith('application/json'),
  },
  {
    name: 'int arithmetic',
    code: '((int)context.Variables["credit"] - 1) * 3 % 1000',
    same: (_, { numbers }) => (((numbers.get('credit') ?? 0) - 1) * 3) % 1000,
  },
  {
    name: 'JObject path',
    code: '(string)((JObject)context.Variables["order"])["customer"]["name"]',
    same: (_, { orders }) => orders.get('order')?.customer.name,
  },
  {
    name: 'LINQ count',
    code: '((JObject)context.Variables["order"])["lines"].Count(line => (int)line["quantity"] > 3)',
    same: (_, { orders }) =>
      orders.get('order')?.lines.filter(({ quantity }) => quantity > 3).length,
  },
  {
    name: 'LINQ chain',
    code: 'string.Join(",", ((JObject)context.Variables["order"])["lines"].Where(line => (int)line["quantity"] > 3).Select(line => (string)line["quantity"]))',
    same: (_, { orders }) =>
      orders
        .get('order')
        ?.lines.filter(({ quantity }) => quantity > 3)
        .map(({ quantity }) => String(quantity))
        .join(','),
  },
  {
    name: 'JSON body',
    code: '(string)context.Request.Body.As<JObject>(preserveContent: true)["customer"]["name"]',
    same: ({ request }) => {
      const bytes = request.body?.read({ preserveContent: true }) ?? new Uint8Array()
      const body = parseJson(new TextDecoder().decode(bytes))
      return stringMember(objectMember(body, 'customer'), 'name')
    },
  },
  {
    name: 'interpolation',
    code: '$"{context.Request.Method} {context.Request.OriginalUrl.Path} for {context.Product.Name}"',
    same: ({ request, product }) =>
      `${request.method} ${request.originalUrl.path} for ${product?.name}`,
  },
]

export async function benchmarkPolicyExpressions(): Promise<void> {
  const context = newContext()
  const variables = {
    numbers: new Map([['credit', 250]]),
    orders: new Map([['order', order]]),
  }
  for (const each of cases) await compare(each, context, variables)
  measureCompilation()
}

async function compare(each: Case, context: PolicyContext, variables: Variables): Promise<void> {
  const compiled = compileExpression(each.code, { kind: 'expression' })
  const { same } = each
  assert.equal(compiled.evaluate(context).value, same(context, variables), each.name)
  for (let round = 0; round < warmUpRounds; round += 1) {
    rateOf(() => compiled.evaluate(context))
    rateOf(() => same(context, variables))
  }
  const result = await interleave({
    rounds,
    subject: async () => rateOf(() => compiled.evaluate(context)),
    floor: async () => rateOf(() => same(context, variables)),
  })
  const [ours, theirs] = [result.subject, result.floor].map((rate) => (1e9 / rate).toFixed(0))
  print(
    `${each.name}: ${ours} ns, JavaScript ${theirs} ns, ` +
      `${(1 / result.ratio).toFixed(1)} times (goal <= ${timesGoal})`,
  )
}

// What was evaluated is kept, or the compiler might see that nobody wants it.
let kept: unknown

function rateOf(evaluate: () => unknown): number {
  const start = performance.now()
  for (let each = 0; each < evaluations; each += 1) kept = evaluate()
  const seconds = (performance.now() - start) / 1000
  assert.notEqual(kept, undefined)
  return evaluations / seconds
}

function measureCompilation(): void {
  const references = {
    namedValue: () => undefined,
    backend: () => undefined,
    fragmentText: () => undefined,
    logger: () => undefined,
    hasEventHubs: false,
    hasServiceBus: false,
  }
  const milliseconds: number[] = []
  for (let each = -warmUpDocuments; each < documents; each += 1) {
    const text = orderPolicies(`document ${each}`)
    const start = performance.now()
    compilePolicies(text, { scope: 'api', references })
    if (each >= 0) milliseconds.push(performance.now() - start)
  }
  const [p50, p99] = [0.5, 0.99].map((fraction) => percentile(milliseconds, fraction).toFixed(2))
  const lines = orderPolicies('').split('\n').length
  print(`compiling a document of ${lines} lines: p50 ${p50} ms, p99 ${p99} ms`)
}

function newContext(): PolicyContext {
  const url = { scheme: 'https', host: 'apim-1.azure-api.net', port: 443, path: '/orders/1' }
  const read = readPolicyContext(
    JSON.stringify({
      request: {
        method: 'GET',
        url,
        originalUrl: url,
        body: { base64: Buffer.from(JSON.stringify(order)).toString('base64') },
        headers: { 'Content-Type': ['application/json; charset=utf-8'], Accept: ['*/*'] },
      },
      product: { id: 'basic', name: 'Basic', state: 'Published' },
      variables: {
        credit: { type: 'System.Int32', value: 250 },
        order: { type: 'Newtonsoft.Json.Linq.JObject', json: JSON.stringify(order) },
      },
    }),
  )
  return read()
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
