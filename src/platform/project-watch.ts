import { watch, type FSWatcher } from 'node:fs'
import { dirname } from 'node:path'
import { messageOf } from '../base/errors.ts'
import type { Clock, Timer } from '../base/clock.ts'
import type { AzdProject } from './azd-project.ts'

/** How long the files of a template must rest before it is applied again. */
const quietMs = 300

/** Applies a project's template again when a file beside it changes; a faulty one is told and changes nothing. */
export class ProjectWatch {
  readonly #options: {
    readonly projects: readonly AzdProject[]
    readonly clock: Clock
    readonly say: (line: string) => void
    readonly deploy: (project: AzdProject) => Promise<void>
  }
  #watchers: FSWatcher[] = []
  readonly #timers = new Map<AzdProject, Timer>()
  #turn: Promise<void> = Promise.resolve()

  constructor(options: {
    projects: readonly AzdProject[]
    clock: Clock
    say: (line: string) => void
    deploy: (project: AzdProject) => Promise<void>
  }) {
    this.#options = options
  }

  start(): void {
    this.#watchers = this.#options.projects.map((project) =>
      watch(dirname(project.template), { recursive: true, persistent: false }, () =>
        this.#changed(project),
      ),
    )
  }

  async stop(): Promise<void> {
    for (const watcher of this.#watchers) watcher.close()
    for (const timer of this.#timers.values()) timer.cancel()
    await this.#turn
  }

  #changed(project: AzdProject): void {
    this.#timers.get(project)?.cancel()
    const timer = this.#options.clock.after(quietMs, () => {
      this.#turn = this.#turn.then(() => this.#apply(project))
    })
    this.#timers.set(project, timer)
  }

  async #apply(project: AzdProject): Promise<void> {
    try {
      await this.#options.deploy(project)
      this.#options.say(`${project.name}: the changed template was applied`)
    } catch (error) {
      this.#options.say(
        `${project.name}: the changed template was not applied: ${messageOf(error)}`,
      )
    }
  }
}
