/** A program: runs the orders solution and sends bookings until it is killed; prints each booking's id once it is acknowledged. */
import { writeSync } from 'node:fs'
import { newLogger } from '../../src/base/logger.ts'
import { OrdersDemo } from '../../src/platform/demo/orders-demo.ts'
import { startPlatform } from '../../src/platform/platform.ts'

const standardOutput = 1
const [dataDir = ''] = process.argv.slice(2)
const platform = await startPlatform({
  projects: ['solutions/orders'],
  dataDir,
  port: 0,
  logger: newLogger({ name: 'recovery', level: 'warn' }),
})
const demo = OrdersDemo.for(platform)
if (!demo) throw new Error('the orders solution does not run')
writeSync(standardOutput, 'ready\n')
for (;;) {
  const bookings = await Promise.all(Array.from({ length: 8 }, () => demo.send()))
  writeSync(standardOutput, bookings.map((booking) => `${booking.bookingId}\n`).join(''))
}
