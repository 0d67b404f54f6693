import assert from 'node:assert/strict'
import { request } from 'node:http'
import { type TestContext, test } from 'node:test'
import { RealClock } from '../../../src/base/clock.ts'
import { newLogger } from '../../../src/base/logger.ts'
import { Console } from '../../../src/services/monitor/console.ts'
import { watchersMax } from '../../../src/services/monitor/limits.ts'
import { Monitor } from '../../../src/services/monitor/monitor.ts'
import { fetchSpans, orderSpans } from '../../../src/services/monitor/order-spans.ts'
import type { OrderSpans } from '../../../src/services/monitor/order-spans.ts'
import { Browser, browserMissing } from './browser.ts'

const token = 'c0ffee/+ &'

interface Served {
  readonly page: Console
  readonly monitor: Monitor
}

async function serve(t: TestContext): Promise<Served> {
  const clock = new RealClock()
  const logger = newLogger({ level: 'silent', name: 'test' })
  const monitor = new Monitor({ path: ':memory:', clock, logger })
  const page = new Console({ monitor, port: 0, token, clock, logger })
  await monitor.start()
  await page.start()
  t.after(async () => {
    await page.stop()
    await monitor.stop()
  })
  return { page, monitor }
}

async function openBrowser(t: TestContext): Promise<Browser> {
  const browser = await Browser.open()
  t.after(() => browser.close())
  await browser.show({ width: 1280, height: 900 })
  return browser
}

function record(monitor: Monitor, recorded: OrderSpans): OrderSpans {
  for (const span of recorded.spans) monitor.span(span)
  for (const line of recorded.logs) monitor.log(line)
  return recorded
}

/** Fetch may not choose the `Host` header, so this speaks HTTP by hand. */
function statusOf(url: string, options: { host?: string; method?: string } = {}): Promise<number> {
  const { host, method = 'GET' } = options
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, ...(host ? { headers: { host } } : {}) }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    sent.on('error', reject)
    sent.end()
  })
}

test(
  'the page shows the flow map, the traces, and one trace with reasons, payload and lines',
  { skip: browserMissing },
  async (t) => {
    const { page, monitor } = await serve(t)
    const orders = record(monitor, orderSpans({ startMs: Date.now() - 500, count: 3, failing: 1 }))
    record(monitor, fetchSpans(Date.now() - 100))
    const browser = await openBrowser(t)
    await browser.navigate(page.url(orders.traceIds[1]))
    await browser.until(`document.querySelectorAll('.hop').length === 6`)
    await browser.until(`document.querySelectorAll('.node').length === 8`)
    assert.equal(
      await browser.evaluate(`[...document.querySelectorAll('.arrow')].length`),
      7,
      'one arrow for each cause',
    )
    assert.deepEqual(
      await browser.evaluate(
        `[...document.querySelectorAll('.hop-what')].map((e) => e.textContent)`,
      ),
      [
        'place order bookings',
        'write item orders/toprocess',
        'invoke dataprocessing/QueueOrders',
        'send orders',
        'invoke dataprocessing/ProcessOrders',
        'dead-letter orders/$deadletterqueue',
      ],
    )
    const reasons = await browser.text(
      `[...document.querySelectorAll('.hop-reason')].map((e) => e.textContent).join()`,
    )
    assert.match(reasons, /without a flight number.*MaxDeliveryCountExceeded/)
    assert.equal(await browser.evaluate(`document.querySelectorAll('.trace-row').length`), 4)
    await browser.evaluate(`document.querySelectorAll('.hop-row')[4].click()`)
    await browser.until(`document.querySelector('.payload .key')?.textContent === '"id"'`)
    assert.equal(
      await browser.evaluate(
        `document.querySelector('.logs [data-level=error] .message').textContent`,
      ),
      'Cannot process a booking without a flight number',
    )
    assert.deepEqual(browser.complaints, [])
  },
)

test(
  'counts and traces come to the open page by themselves, until it is paused',
  { skip: browserMissing },
  async (t) => {
    const { page, monitor } = await serve(t)
    const browser = await openBrowser(t)
    await browser.navigate(page.url())
    await browser.until(`document.querySelector('#flow .empty')`)
    record(monitor, orderSpans({ startMs: Date.now(), count: 2 }))
    await browser.until(`document.querySelectorAll('.trace-row').length === 2`)
    await browser.until(`document.querySelector('.pulses')`)
    await browser.evaluate(`window.pulses = 0, new MutationObserver(() => (window.pulses += 1))
    .observe(document.querySelector('.pulses'), { childList: true })`)
    record(monitor, orderSpans({ startMs: Date.now(), count: 1 }))
    await browser.until(`document.querySelectorAll('.trace-row').length === 3`)
    await browser.until(`window.pulses > 0`)
    await browser.evaluate(`document.getElementById('pause').click()`)
    record(monitor, orderSpans({ startMs: Date.now(), count: 1 }))
    await browser.until(`document.querySelector('.node-figures').textContent.startsWith('4 ')`)
    assert.equal(await browser.evaluate(`document.querySelectorAll('.trace-row').length`), 3)
    assert.deepEqual(browser.complaints, [])
  },
)

test(
  'the page is used with the keyboard alone: a resource filters the list, arrows walk it',
  { skip: browserMissing },
  async (t) => {
    const { page, monitor } = await serve(t)
    record(monitor, orderSpans({ startMs: Date.now() - 500, count: 2 }))
    record(monitor, fetchSpans(Date.now() - 100))
    const browser = await openBrowser(t)
    await browser.navigate(page.url())
    await browser.until(`document.querySelectorAll('.trace-row').length === 3`)
    await browser.evaluate(
      `[...document.querySelectorAll('.node')].find((e) => e.textContent.includes('toprocess')).focus()`,
    )
    await browser.press('Enter')
    await browser.until(`document.querySelectorAll('.trace-row').length === 2`)
    await browser.until(`document.querySelector('.pulses')`)
    await browser.evaluate(`document.querySelector('.trace-row').focus()`)
    await browser.press('ArrowDown')
    await browser.until(
      `document.querySelectorAll('.trace-row')[1].getAttribute('aria-current') === 'true'`,
    )
    assert.match(await browser.text('location.hash'), /^#trace=[\da-f]{32}$/)
    await browser.evaluate(`document.querySelector('[name=status][value=error]').click()`)
    await browser.until(`!document.getElementById('no-traces').hidden`)
  },
)

test('nothing of the page is wider than a narrow window', { skip: browserMissing }, async (t) => {
  const { page, monitor } = await serve(t)
  record(monitor, orderSpans({ startMs: Date.now() - 500, count: 2, failing: 0 }))
  const browser = await openBrowser(t)
  for (const dark of [false, true]) {
    await browser.show({ width: 400, height: 800, dark })
    await browser.navigate(page.url())
    await browser.until(`document.querySelector('.hop') && document.querySelector('.node')`)
    assert.equal(await browser.evaluate(`document.documentElement.scrollWidth`), 400)
  }
})

test('a payload that looks like markup is shown as text', { skip: browserMissing }, async (t) => {
  const { page, monitor } = await serve(t)
  const [span] = orderSpans({ startMs: Date.now(), count: 1 }).spans
  assert.ok(span)
  const markup = '<img src=x onerror="document.title = 1"><script>document.title = 1</script>'
  monitor.span({ ...span, resource: markup, reason: markup, payload: markup })
  const browser = await openBrowser(t)
  await browser.navigate(page.url())
  await browser.until(`document.querySelector('.hop-row')`)
  await browser.evaluate(`document.querySelector('.hop-row').click()`)
  await browser.until(`document.querySelector('.payload').textContent.includes('<img')`)
  assert.equal(await browser.evaluate('document.title'), 'Interline')
  assert.deepEqual(browser.complaints, [])
})

test('without the token there is nothing, under any address', async (t) => {
  const { page } = await serve(t)
  const root = new URL('/', page.url()).href
  for (const path of [
    '',
    '?token=wrong',
    '?token=',
    'console.js',
    'wrong/console.js',
    'api/flow',
  ]) {
    assert.equal(await statusOf(root + path), 401, path)
  }
  assert.equal(await statusOf(page.url()), 200)
  const own = encodeURIComponent(token)
  for (const path of [`api/flow?token=${own}`, `${own}/api/flow`, `${own}/console.css`]) {
    assert.equal(await statusOf(root + path), 200, path)
  }
  for (const path of [`${own}/nothing.js`, `${own}/../../../package.json`, `${own}/api/traces/0`]) {
    assert.equal(await statusOf(`${root}${path}?token=${own}`), 404, path)
  }
})

test('a foreign name in the Host header is turned away, and so is anything but reading', async (t) => {
  const { page } = await serve(t)
  assert.equal(await statusOf(page.url(), { host: 'rebound.example' }), 421)
  assert.equal(await statusOf(page.url(), { host: 'localhost:1' }), 200)
  assert.equal(await statusOf(page.url(), { host: '[::1]:7070' }), 200)
  assert.equal(await statusOf(page.url(), { method: 'POST' }), 405)
})

test('only so many pages watch at once, and stop does not wait for them', async (t) => {
  const { page, monitor } = await serve(t)
  record(monitor, orderSpans({ startMs: Date.now(), count: 1 }))
  const url = new URL(`/api/live?token=${encodeURIComponent(token)}`, page.url())
  const watching = await Promise.all(Array.from({ length: watchersMax }, () => fetch(url)))
  assert.ok(watching.every((answer) => answer.status === 200))
  assert.equal((await fetch(url)).status, 503)
  const texts = Promise.all(watching.map((answer) => answer.text()))
  await monitor.flush()
  const startMs = performance.now()
  await page.stop()
  assert.ok(performance.now() - startMs < 900)
  await texts
})
