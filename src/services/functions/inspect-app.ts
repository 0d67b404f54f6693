import { messageOf } from '../../base/errors.ts'
import type { Clock } from '../../base/clock.ts'
import { readAppFolder } from './app-folder.ts'
import { checkRegistered } from './app-model.ts'
import { checkBindings, type BindingPlace } from './bindings.ts'
import { hostVersion } from './host-version.ts'
import { workerEnvironment } from './worker-environment.ts'
import { WorkerProcess } from './worker-process.ts'
import type { RegisteredFunction } from './worker-protocol.ts'

/** What a function app uses, and whether it runs here. */
export interface AppFeature {
  readonly class: 'modelled' | 'inert' | 'unsupported'
  readonly text: string
}

/** Loads an app and lists its functions and settings without running any; nothing of it is called. */
export async function inspectApp(app: {
  readonly name: string
  readonly dir: string
  readonly settings: Readonly<Record<string, string>>
  readonly clock: Clock
}): Promise<readonly AppFeature[]> {
  try {
    const folder = readAppFolder(app)
    const features = folder.warnings.map((text): AppFeature => ({ class: 'inert', text }))
    const program = {
      cwd: app.dir,
      env: workerEnvironment({ name: app.name, environment: {} }, folder),
      execArgv: folder.nodeArguments,
    }
    const worker = new WorkerProcess(program, { onLog() {}, onExit() {} }, app.clock)
    try {
      const loaded = await worker.load({ appDir: app.dir, hostVersion })
      const warnings = checkRegistered(loaded, app.dir)
      features.push(...warnings.map((text): AppFeature => ({ class: 'inert', text })))
      return [
        ...features,
        ...loaded.functions.flatMap((entry) =>
          inspect(entry, { functionName: entry.name, settings: folder.settings, clock: app.clock }),
        ),
      ]
    } finally {
      worker.kill()
    }
  } catch (error) {
    return [{ class: 'unsupported', text: messageOf(error) }]
  }
}

function inspect(registered: RegisteredFunction, place: BindingPlace): AppFeature[] {
  try {
    const { trigger, inputs, outputs, warnings } = checkBindings(registered.bindings, place)
    const types = [trigger, ...inputs, ...outputs].map((binding) => JSON.stringify(binding['type']))
    return [
      {
        class: 'modelled',
        text: `function ${registered.name}: ${types.join(', ').replaceAll('"', '')}`,
      },
      ...warnings.map((text): AppFeature => ({ class: 'inert', text })),
    ]
  } catch (error) {
    return [{ class: 'unsupported', text: messageOf(error) }]
  }
}
