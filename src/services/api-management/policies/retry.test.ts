import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../../base/clock.ts'
import { openService } from '../service-fixture.ts'

// Waits of https://learn.microsoft.com/azure/api-management/retry-policy#retry-wait-times
for (const [kind, attributes, waits] of [
  ['fixed', 'interval="10"', [10, 10, 10]],
  ['linear', 'interval="10" delta="5"', [10, 15, 20]],
  ['exponential', 'interval="10" delta="10" max-interval="21"', [10, 21, 21]],
  ['immediate first', 'interval="10" first-fast-retry="true"', [0, 10, 10]],
] as const) {
  test(`retries wait as documented: ${kind}`, async (t) => {
    const manualClock = new ManualClock()
    const service = await openService(t, { manualClock })
    service.answer = (_request, response) => void response.writeHead(503).end()
    await service.put('apis/one', {
      path: 'one',
      serviceUrl: service.backendUrl,
      subscriptionRequired: false,
    })
    await service.put('apis/one/operations/get', { method: 'GET', urlTemplate: '/' })
    await service.put('apis/one/policies/policy', {
      format: 'rawxml',
      value: `<policies><backend>
        <retry condition="@(true)" count="3" ${attributes}><forward-request /></retry>
      </backend></policies>`,
    })
    const answer = service.call('/one/')
    let count = 1
    for (const seconds of waits) {
      // A retry without a wait may be here before anybody looks.
      if (seconds > 0) await seen(service.seen, count)
      // Just before the wait is over nothing was sent yet; up to a fifth less is left to chance.
      if (seconds > 0) {
        await manualClock.advance(seconds * 800)
        assert.equal(service.seen.length, count)
        await manualClock.advance(seconds * 200)
      }
      count += 1
    }
    await seen(service.seen, count)
    assert.equal((await answer).status, 503)
  })
}

async function seen(requests: readonly unknown[], count: number): Promise<void> {
  for (let tries = 0; tries < 200 && requests.length < count; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  assert.equal(requests.length, count)
  // The answer takes a moment to come back before the policy waits.
  await new Promise((resolve) => setTimeout(resolve, 30))
}
