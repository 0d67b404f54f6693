import type { JsonObject } from '../../base/json.ts'
import { type EntityHolder, type EntityKind, type EntityWriter, keptKind } from './entity-kind.ts'
import type { Entity } from './entity-tree.ts'

const prefix = 'workspaces/'

/** https://learn.microsoft.com/azure/api-management/workspaces-overview */
export const workspaceKind: EntityKind = keptKind('workspaces', 'Workspace', {
  required: ['displayName'],
})

/** The same kind as it is in a workspace: it sees nothing of the service but what is in the workspace with it. */
export function inWorkspace(kind: EntityKind): EntityKind {
  return {
    ...kind,
    kind: `${prefix}${kind.kind}`,
    accept({ holder, names: [workspace = '', ...names], old, ...request }) {
      const own = old ? { old: insideWorkspace(old) } : {}
      const inner = new WorkspaceHolder(holder, workspace)
      return kind.accept({ ...request, ...own, names, holder: inner })
    },
    async settle(writer, entity) {
      const inner = new WorkspaceWriter(writer, workspaceOf(entity) ?? '')
      await kind.settle?.(inner, insideWorkspace(entity))
    },
    release(holder, entity) {
      const inner = new WorkspaceHolder(holder, workspaceOf(entity) ?? '')
      kind.release?.(inner, insideWorkspace(entity))
    },
  }
}

/** The workspace that an entity is in, if it is in one. */
export function workspaceOf({ kind, names }: Pick<Entity, 'kind' | 'names'>): string | undefined {
  return kind.startsWith(prefix) ? names[0] : undefined
}

/** What is in a workspace as what is in it is known there: without the workspace. */
export function insideWorkspace<T extends Pick<Entity, 'kind' | 'names'>>(named: T): T {
  return { ...named, kind: named.kind.slice(prefix.length), names: named.names.slice(1) }
}

/** What is in one workspace, as if it was a service of its own. */
export class WorkspaceHolder implements EntityHolder {
  readonly name: string
  readonly #outer: EntityHolder
  readonly #workspace: string

  constructor(outer: EntityHolder, workspace: string) {
    this.name = outer.name
    this.#outer = outer
    this.#workspace = workspace
  }

  get(kind: string, names: readonly string[]): Entity | undefined {
    const found = this.#outer.get(`${prefix}${kind}`, [this.#workspace, ...names])
    return found && insideWorkspace(found)
  }

  list(kind: string, below: readonly string[] = []): readonly Entity[] {
    return this.#outer.list(`${prefix}${kind}`, [this.#workspace, ...below]).map(insideWorkspace)
  }

  checkPolicy(text: string, at: { kind: string; names: readonly string[] }): void {
    const names = [this.#workspace, ...at.names]
    this.#outer.checkPolicy(text, { kind: `${prefix}${at.kind}`, names })
  }
}

class WorkspaceWriter implements EntityWriter {
  readonly name: string
  readonly #outer: EntityWriter
  readonly #workspace: string
  readonly #holder: WorkspaceHolder

  constructor(outer: EntityWriter, workspace: string) {
    this.name = outer.name
    this.#outer = outer
    this.#workspace = workspace
    this.#holder = new WorkspaceHolder(outer, workspace)
  }

  get(kind: string, names: readonly string[]): Entity | undefined {
    return this.#holder.get(kind, names)
  }

  list(kind: string, below: readonly string[] = []): readonly Entity[] {
    return this.#holder.list(kind, below)
  }

  checkPolicy(text: string, at: { kind: string; names: readonly string[] }): void {
    this.#holder.checkPolicy(text, at)
  }

  async put(entity: Outside): Promise<Entity> {
    return insideWorkspace(await this.#outer.put(this.#outside(entity)))
  }

  async patch(entity: Outside): Promise<Entity> {
    return insideWorkspace(await this.#outer.patch(this.#outside(entity)))
  }

  #outside({ kind, names, properties }: Outside): Outside {
    return { kind: `${prefix}${kind}`, names: [this.#workspace, ...names], properties }
  }
}

interface Outside {
  readonly kind: string
  readonly names: readonly string[]
  readonly properties: JsonObject
}
