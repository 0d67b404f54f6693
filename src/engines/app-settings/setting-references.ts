import { messageOf } from '../../base/errors.ts'

/** Gives what a setting of a site refers to: `@Microsoft.KeyVault(SecretUri=...)`. */
export type ResolveReference = (request: {
  readonly site: string
  readonly reference: string
}) => Promise<string>

/** The settings of a site with what they refer to, and which references could not be followed. */
export interface ResolvedSettings {
  readonly settings: Readonly<Record<string, string>>
  readonly warnings: readonly string[]
}

/**
 * Replaces each setting that is a reference by what it refers to. As in Azure one that cannot be followed stays as it
 * is written: https://learn.microsoft.com/azure/app-service/app-service-key-vault-references#troubleshoot-key-vault-references
 */
export async function resolveReferences(
  settings: Readonly<Record<string, string>>,
  resolve: (reference: string) => Promise<string>,
): Promise<ResolvedSettings> {
  const resolved: Record<string, string> = {}
  const warnings: string[] = []
  for (const [name, value] of Object.entries(settings)) {
    resolved[name] = value
    if (!/^@Microsoft\.KeyVault\(.*\)$/is.test(value.trim())) continue
    try {
      resolved[name] = await resolve(value.trim())
    } catch (error) {
      warnings.push(`the setting '${name}' keeps its reference as text: ${messageOf(error)}`)
    }
  }
  return { settings: resolved, warnings }
}
