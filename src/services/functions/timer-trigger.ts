import type { Clock } from '../../base/clock.ts'
import { stringMember } from '../../base/json.ts'
import type { Logger } from '../../base/logger.ts'
import { parseSchedule } from '../../languages/ncrontab/schedule.ts'
import { findTimeZone, utc } from '../../languages/ncrontab/time-zone.ts'
import type { Store } from '../../store/store.ts'
import type { TriggerSource } from './extension.ts'
import { TimerSchedule } from './timer-schedule.ts'

/** The `timerTrigger`: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer */
export function timerTrigger(options: {
  store: Store
  clock: Clock
  logger: Logger
}): TriggerSource {
  return {
    type: 'timertrigger',
    listen: async (context) => {
      const { app, functionName, binding, settings } = context
      const zone = settings.get('WEBSITE_TIME_ZONE')
      const schedule = new TimerSchedule({
        ...options,
        app,
        functionName,
        schedule: parseSchedule(stringMember(binding, 'schedule') ?? ''),
        timeZone: zone === undefined ? utc : findTimeZone(zone),
        runOnStartup: binding['runOnStartup'] === true,
        useMonitor: binding['useMonitor'] !== false,
        fire: async (input) => {
          const outcome = await context.invoke({
            input: { kind: 'json', text: JSON.stringify(input) },
          })
          if (!outcome.ok) throw new Error(outcome.message)
        },
      })
      await schedule.start()
      return {
        stop: () => schedule.stop(),
        // A schedule that waits for its time is not work that waits.
        pending: async () => (schedule.isRunning ? 1 : 0),
      }
    },
  }
}
