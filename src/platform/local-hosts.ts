import type { HostMap, MappedHost } from '../protocols/http/egress.ts'

/** Azure's host names that are served on this machine, and by which listener. */
export class LocalHosts {
  readonly #hosts = new Map<string, MappedHost>()

  /** From now on calls to these names go to a listener of ours. */
  serve(names: readonly string[], host: MappedHost): void {
    for (const name of names) this.#hosts.set(name.toLowerCase(), host)
  }

  readonly map: HostMap = (host) => this.#hosts.get(host.toLowerCase())
}

/** Names of Entra ID, of which tokens and their keys come. */
export const entraHosts = [
  'login.microsoftonline.com',
  'login.windows.net',
  'sts.windows.net',
] as const

/** The name of the management REST. */
export const managementHost = 'management.azure.com'

/** True for the name of a vault: `orders.vault.azure.net`. */
export function isVaultHost(host: string): boolean {
  return host.endsWith('.vault.azure.net')
}
