/** Kills a process with SIGKILL while events flow, and looks whether each that was acknowledged arrives. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { RealClock } from '../../../src/base/clock.ts'
import { isJsonObject, stringMember } from '../../../src/base/json.ts'
import { newLogger } from '../../../src/base/logger.ts'
import { silentTelemetry } from '../../../src/base/telemetry.ts'
import { Egress } from '../../../src/protocols/http/egress.ts'
import { openWebhook } from '../../../src/services/event-grid/fixture.ts'
import { EventGrid } from '../../../src/services/event-grid/service.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open-store.ts'

const program = fileURLToPath(new URL('publishing-child.js', import.meta.url))
const killAfterMs = [100, 250, 400]

test('every event that was acknowledged arrives, however often its process is killed', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'interline-event-grid-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  const path = join(dir, 'store.db')
  // Slow enough that many events wait when the process ends.
  const webhook = await openWebhook(t, {
    respond: (_request, response) =>
      void setTimeout(() => response.writeHead(200).end(), 20).unref(),
  })
  const acknowledged: string[] = []
  for (const [run, afterMs] of killAfterMs.entries()) {
    acknowledged.push(...(await runUntilKilled([path, webhook.url, String(run)], afterMs)))
  }
  assert.ok(acknowledged.length > 100, `${acknowledged.length} events were acknowledged`)
  const atKill = arrived(webhook.received).size
  const clock = new RealClock()
  const logger = newLogger({ level: 'silent', name: 'test' })
  const store = await openSqliteStore({ path, clock, logger })
  const outgoing = new Egress({ hostMap: () => undefined })
  const eventGrid = new EventGrid({ store, clock, logger, telemetry: silentTelemetry, outgoing })
  await eventGrid.start()
  t.after(async () => {
    await eventGrid.stop()
    await outgoing.stop()
    await store.close()
  })
  while ((await eventGrid.pendingEvents({ withinMs: 60_000 })) > 0) await clock.sleep(20)
  const delivered = arrived(webhook.received)
  assert.ok(delivered.size > atKill, 'nothing waited when the process was killed')
  assert.deepEqual(
    acknowledged.filter((id) => !delivered.has(id)),
    [],
  )
})

function arrived(received: readonly { readonly body: unknown }[]): Set<string> {
  const events = received.flatMap(({ body }) => (Array.isArray(body) ? body : []))
  return new Set(events.filter(isJsonObject).map((event) => stringMember(event, 'id') ?? ''))
}

/** The ids that the program printed until so long after the first; the last line may have been cut. */
async function runUntilKilled(args: readonly string[], afterMs: number): Promise<string[]> {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  let timer: NodeJS.Timeout | undefined
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString()
    timer ??= setTimeout(() => child.kill('SIGKILL'), afterMs)
  })
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve))
  assert.equal(await closed, null)
  clearTimeout(timer)
  return text.split('\n').slice(0, -1)
}
