/** A program: publishes events until it is killed; prints the id of each once it is acknowledged. */
import { writeSync } from 'node:fs'
import { RealClock } from '../../../src/base/clock.ts'
import { newLogger } from '../../../src/base/logger.ts'
import { silentTelemetry } from '../../../src/base/telemetry.ts'
import { Egress } from '../../../src/protocols/http/egress.ts'
import {
  orderEvent,
  storageId,
  webhookProperties,
} from '../../../src/services/event-grid/fixture.ts'
import { readEventGridEvent } from '../../../src/services/event-grid/published-events.ts'
import { EventGrid } from '../../../src/services/event-grid/service.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open-store.ts'

const standardOutput = 1
const [path = '', url = '', run = ''] = process.argv.slice(2)
const clock = new RealClock()
const logger = newLogger({ level: 'silent', name: 'killed' })
const store = await openSqliteStore({ path, clock, logger })
const outgoing = new Egress({ hostMap: () => undefined })
const eventGrid = new EventGrid({ store, clock, logger, telemetry: silentTelemetry, outgoing })
await eventGrid.start()
const topic = await eventGrid.topics.put({
  kind: 'topic',
  id: storageId.replace('Microsoft.Storage/storageAccounts', 'Microsoft.EventGrid/topics'),
  name: 'files',
  location: 'westeurope',
  properties: {},
})
await eventGrid.putEventSubscription({
  name: 'all',
  sourceId: topic.id,
  properties: webhookProperties(url),
})
for (let turn = 0; ; turn += 1) {
  const ids = Array.from({ length: 8 }, (_, index) => `${run}-${turn}-${index}`)
  const sent = ids.map((id) =>
    eventGrid.publishTo(topic, [readEventGridEvent(orderEvent(id))], undefined),
  )
  await Promise.all(sent)
  writeSync(standardOutput, ids.map((id) => `${id}\n`).join(''))
}
