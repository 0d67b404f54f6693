import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { messageOf } from '../../base/errors.ts'
import { parseSchedule } from './schedule.ts'
import { findTimeZone, type TimeZone } from './time-zone.ts'

const folder = join(process.cwd(), 'tests/golden/ncrontab')

for (const file of readdirSync(folder)) {
  test(`the schedule of ${file} comes as written there`, () => {
    const [input = '', expected = ''] = readFileSync(join(folder, file), 'utf8').split(
      '----------\n',
    )
    assert.equal(`${run(input)}\n`, expected)
  })
}

/** Lines of the input: `schedule`, and with defaults `zone`, `after` and `count`. */
function run(input: string): string {
  const fields = Object.fromEntries(
    input
      .trimEnd()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  )
  try {
    const schedule = parseSchedule(fields['schedule'] ?? '')
    if (schedule.kind === 'interval') return `every ${schedule.everyMs} ms`
    const zone = findTimeZone(fields['zone'] ?? 'UTC')
    const instants: string[] = []
    let instantMs = Date.parse(fields['after'] ?? '2026-01-01T00:00:00Z')
    for (let count = Number(fields['count'] ?? 3); count > 0; count--) {
      instantMs = schedule.next(instantMs, zone)
      if (instantMs === Number.POSITIVE_INFINITY) return [...instants, 'never'].join('\n')
      instants.push(format(instantMs, zone))
    }
    return instants.join('\n')
  } catch (error) {
    return messageOf(error)
  }
}

function format(instantMs: number, zone: TimeZone): string {
  const offsetMs = zone.offsetMs(instantMs)
  const wall = new Date(instantMs + offsetMs)
  const weekday = wall.toLocaleDateString('en-US', { weekday: 'short', timeZone: 'UTC' })
  const sign = offsetMs < 0 ? '-' : '+'
  const offset = new Date(Math.abs(offsetMs)).toISOString().slice(11, 16)
  return `${weekday} ${wall.toISOString().slice(0, 19)}${sign}${offset}`
}
