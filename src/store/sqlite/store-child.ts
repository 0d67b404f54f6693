import { RealClock } from '../../base/clock.ts'
import { openSqliteStore } from './open-store.ts'

// A process of its own for the tests: opens the store it is given, appends messages and puts documents
// as fast as it can, and prints the number of each write once the store has acknowledged it.
const [path = '', from = '0'] = process.argv.slice(2)
const store = await openSqliteStore({ path, clock: new RealClock() })
process.stdout.write('open\n')

async function write(number: number): Promise<void> {
  const id = String(number)
  await store.write([
    { kind: 'message.append', queue: 'q', body: id, properties: '{}' },
    { kind: 'document.put', collection: 'c', partition: id, id, body: `{"n":${id}}`, etag: id },
  ])
  process.stdout.write(`${id}\n`)
}

for (let number = Number(from); ; number += 16) {
  await Promise.all(Array.from({ length: 16 }, (_, index) => write(number + index)))
}
