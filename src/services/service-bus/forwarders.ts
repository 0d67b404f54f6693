import type { Entity } from './entities.ts'
import { Forwarder } from './forwarder.ts'
import type { ForwarderOptions, Forwarding } from './forwarder.ts'

/** The forwarders that the entities of a namespace ask for: started and stopped as these change. */
export class Forwarders {
  readonly #options: Omit<ForwarderOptions, 'forwarding'>
  readonly #running = new Map<string, Forwarder>()
  readonly #stopping = new Set<Promise<void>>()
  #started = false

  constructor(options: Omit<ForwarderOptions, 'forwarding'>) {
    this.#options = options
  }

  start(entities: Iterable<Entity>): void {
    this.#started = true
    this.update(entities)
  }

  async stop(): Promise<void> {
    this.#started = false
    this.update([])
    await Promise.all(this.#stopping)
  }

  /**
   * Starts what is missing, stops what is no longer asked for. Does not wait for the latter: a forwarder in
   * the middle of a move may itself wait for the change of definitions that this is called from.
   */
  update(entities: Iterable<Entity>): void {
    const wanted = new Map<string, Forwarding>()
    if (this.#started) {
      for (const forwarding of forwardingsOf(entities)) wanted.set(keyOf(forwarding), forwarding)
    }
    for (const [key, forwarder] of this.#running) {
      if (!wanted.has(key)) this.#end(key, forwarder)
    }
    for (const [key, forwarding] of wanted) {
      if (this.#running.has(key)) continue
      const forwarder = new Forwarder({ ...this.#options, forwarding })
      this.#running.set(key, forwarder)
      forwarder.start()
    }
  }

  #end(key: string, forwarder: Forwarder): void {
    this.#running.delete(key)
    const ended = forwarder.stop().finally(() => this.#stopping.delete(ended))
    this.#stopping.add(ended)
  }
}

function* forwardingsOf(entities: Iterable<Entity>): Iterable<Forwarding> {
  for (const entity of entities) {
    const { path } = entity
    if (entity.kind === 'topic') {
      yield { source: entity.inbox, path, destination: path, transferDeadLetter: undefined }
      continue
    }
    const { sources, properties } = entity
    // A suspended entity keeps what it holds.
    if (properties.status === 'Disabled' || properties.status === 'ReceiveDisabled') continue
    const transferDeadLetter = sources.transferDeadLetter.queue
    if (properties.forwardTo !== undefined) {
      const destination = properties.forwardTo
      yield { source: sources.active, path, destination, transferDeadLetter }
    }
    if (properties.forwardDeadLetteredMessagesTo !== undefined) {
      const destination = properties.forwardDeadLetteredMessagesTo
      yield { source: sources.deadLetter, path, destination, transferDeadLetter }
    }
  }
}

// What a forwarder does is all in its key: a changed entity whose forwarding is the same keeps its forwarder.
function keyOf({ source, destination }: Forwarding): string {
  return JSON.stringify([source, destination.toLowerCase()])
}
