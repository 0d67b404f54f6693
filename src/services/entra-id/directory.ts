// Survives a crash: everything in the directory. Each object is one document; what is in memory is a copy of it.
import { newUuid } from '../../base/ids.ts'
import { parseJson } from '../../base/json.ts'
import type { Store } from '../../store/store.ts'
import { isNamed } from './application.ts'
import type {
  AppRoleAssignment,
  Application,
  Group,
  ServicePrincipal,
  User,
} from './application.ts'
import { definitionInvalid } from './errors.ts'
import { applicationCountMax, groupCountMax, userCountMax } from './limits.ts'
import {
  readApplication,
  readAssignment,
  readGroup,
  readServicePrincipal,
  readUser,
} from './stored-objects.ts'

const collection = 'entra/directory'

type Kind = 'application' | 'servicePrincipal' | 'assignment' | 'user' | 'group'

/** The objects of the tenant. */
export class Directory {
  readonly #store: Store
  readonly #applications = new Map<string, Application>()
  readonly #servicePrincipals = new Map<string, ServicePrincipal>()
  readonly #assignments = new Map<string, AppRoleAssignment>()
  readonly #users = new Map<string, User>()
  readonly #groups = new Map<string, Group>()

  constructor(store: Store) {
    this.#store = store
  }

  async start(): Promise<void> {
    for await (const page of this.#store.scan({ collection })) {
      for (const { partition, id, body } of page) this.#load(partition, id, body)
    }
  }

  /** The application of a client id, or one of its application ID URIs. */
  findApplication(name: string): Application | undefined {
    const known = this.#applications.get(name.toLowerCase())
    if (known) return known
    return this.applications().find((application) => isNamed(application, name))
  }

  applications(): readonly Application[] {
    return [...this.#applications.values()]
  }

  /** The application of an id, in any case. */
  application(appId: string): Application | undefined {
    return this.#applications.get(appId.toLowerCase())
  }

  servicePrincipal(appId: string): ServicePrincipal | undefined {
    return this.#servicePrincipals.get(appId.toLowerCase())
  }

  users(): readonly User[] {
    return [...this.#users.values()]
  }

  /** The user of an object id or principal name. */
  findUser(name: string): User | undefined {
    const lower = name.toLowerCase()
    return (
      this.#users.get(lower) ??
      this.users().find(({ userPrincipalName }) => userPrincipalName.toLowerCase() === lower)
    )
  }

  servicePrincipals(): readonly ServicePrincipal[] {
    return [...this.#servicePrincipals.values()]
  }

  /** The ids by which a principal may have been given something: its own, and those of the groups that it is in. */
  idsOf(principalId: string): readonly string[] {
    const own = principalId.toLowerCase()
    const groups = [...this.#groups.values()].filter(({ memberIds }) => memberIds.includes(own))
    return [own, ...groups.map(({ objectId }) => objectId)]
  }

  /** True for a principal that a resource whose users must be assigned lets in, with a role or without one. */
  isAssigned(principalId: string, resourceAppId: string): boolean {
    return this.#assignmentsOf(principalId, resourceAppId).length > 0
  }

  /** The values of the roles that a principal has of a registration, or of a service of Microsoft. */
  rolesOf(principalId: string, resourceAppId: string): readonly string[] {
    const held = this.#assignmentsOf(principalId, resourceAppId).filter(({ value }) => value !== '')
    const known = this.#applications.get(resourceAppId)?.appRoles
    return held.flatMap(({ appRoleId, value }) =>
      known ? (known.find(({ id }) => id === appRoleId)?.value ?? []) : [value],
    )
  }

  #assignmentsOf(principalId: string, resourceAppId: string): readonly AppRoleAssignment[] {
    const ids = this.idsOf(principalId)
    return [...this.#assignments.values()].filter(
      (each) => ids.includes(each.principalId) && each.resourceAppId === resourceAppId,
    )
  }

  async putApplication(application: Application): Promise<void> {
    const { appId } = application
    this.#checkRoom(this.#applications, appId, applicationCountMax)
    await this.#write('application', appId, application)
    this.#applications.set(appId, application)
  }

  async putServicePrincipal(principal: ServicePrincipal): Promise<void> {
    await this.#write('servicePrincipal', principal.appId, principal)
    this.#servicePrincipals.set(principal.appId, principal)
  }

  async putAssignment(assignment: AppRoleAssignment): Promise<void> {
    const id = `${assignment.principalId} ${assignment.resourceAppId} ${assignment.appRoleId}`
    await this.#write('assignment', id, assignment)
    this.#assignments.set(id, assignment)
  }

  async deleteAssignment(assignment: Omit<AppRoleAssignment, 'value'>): Promise<void> {
    const id = `${assignment.principalId} ${assignment.resourceAppId} ${assignment.appRoleId}`
    await this.#delete('assignment', id)
    this.#assignments.delete(id)
  }

  async putGroup(group: Group): Promise<void> {
    this.#checkRoom(this.#groups, group.objectId, groupCountMax)
    await this.#write('group', group.objectId, group)
    this.#groups.set(group.objectId, group)
  }

  async deleteGroup(objectId: string): Promise<void> {
    await this.#delete('group', objectId)
    this.#groups.delete(objectId)
  }

  async putUser(user: User): Promise<void> {
    this.#checkRoom(this.#users, user.objectId, userCountMax)
    await this.#write('user', user.objectId, user)
    this.#users.set(user.objectId, user)
  }

  /** Takes an application out of the tenant: it gets no tokens any more, and neither does who asks for it. */
  async deleteServicePrincipal(appId: string): Promise<void> {
    await this.#delete('servicePrincipal', appId)
    this.#servicePrincipals.delete(appId)
  }

  /** Deletes an application with its service principal and what was assigned of it or to it. */
  async deleteApplication(appId: string): Promise<void> {
    const principalId = this.#servicePrincipals.get(appId)?.objectId
    for (const [id, assignment] of this.#assignments) {
      if (assignment.resourceAppId !== appId && assignment.principalId !== principalId) continue
      await this.#delete('assignment', id)
      this.#assignments.delete(id)
    }
    await this.#delete('servicePrincipal', appId)
    this.#servicePrincipals.delete(appId)
    await this.#delete('application', appId)
    this.#applications.delete(appId)
  }

  async deleteUser(objectId: string): Promise<void> {
    await this.#delete('user', objectId)
    this.#users.delete(objectId)
  }

  #load(kind: string, id: string, body: string): void {
    const value = parseJson(body)
    if (kind === 'application') this.#applications.set(id, readApplication(value))
    if (kind === 'servicePrincipal') this.#servicePrincipals.set(id, readServicePrincipal(value))
    if (kind === 'assignment') this.#assignments.set(id, readAssignment(value))
    if (kind === 'group') this.#groups.set(id, readGroup(value))
    if (kind === 'user') this.#users.set(id, readUser(value))
  }

  #checkRoom(objects: ReadonlyMap<string, object>, id: string, countMax: number): void {
    if (objects.has(id) || objects.size < countMax) return
    throw definitionInvalid(`The directory has room for ${countMax} objects of this kind.`)
  }

  async #write(kind: Kind, id: string, value: object): Promise<void> {
    const body = JSON.stringify(value)
    await this.#store.write([
      { kind: 'document.put', collection, partition: kind, id, body, etag: newUuid() },
    ])
  }

  async #delete(kind: Kind, id: string): Promise<void> {
    await this.#store.write([{ kind: 'document.delete', collection, partition: kind, id }])
  }
}
