/** Sends requests over a number of connections, one at a time on each, and says how fast the answers came. */
import { Pool } from 'undici'
import { objectMember, stringMember, type JsonObject } from '../src/base/json.ts'
import { answerParent } from './child-program.ts'
import { median } from './statistics.ts'

const pools = new Map<string, Pool>()

answerParent(async (question) => {
  const requests = Number(question['requests'])
  const connections = Number(question['connections'])
  const url = new URL(stringMember(question, 'url') ?? '')
  const pool = poolOf(url.origin, connections)
  const headers = textsOf(objectMember(question, 'headers'))
  const latencies: number[] = []
  let started = 0
  const caller = async (): Promise<void> => {
    while (started < requests) {
      started += 1
      const start = performance.now()
      await send(pool, url.pathname, headers)
      latencies.push(performance.now() - start)
    }
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: connections }, caller))
  const seconds = (performance.now() - start) / 1000
  return { rate: requests / seconds, p50Ms: median(latencies) }
})

function poolOf(origin: string, connections: number): Pool {
  const key = `${origin} ${connections}`
  const pool = pools.get(key) ?? new Pool(origin, { connections, pipelining: 1 })
  pools.set(key, pool)
  return pool
}

// Below the promises and streams of `request`, so that the client is not what is measured.
function send(pool: Pool, path: string, headers: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    let status = 0
    pool.dispatch(
      { path, method: 'GET', headers },
      {
        onRequestStart() {},
        onResponseStart(_controller, statusCode) {
          status = statusCode
        },
        onResponseData() {},
        onResponseEnd() {
          if (status === 200) resolve()
          else reject(new Error(`${path} was answered with ${status}`))
        },
        onResponseError(_controller, error) {
          reject(error)
        },
      },
    )
  })
}

function textsOf(object: JsonObject): Record<string, string> {
  const names = Object.keys(object)
  return Object.fromEntries(names.map((name) => [name, stringMember(object, name) ?? '']))
}
