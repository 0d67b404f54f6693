import { ServiceError } from '../../base/errors.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'

/**
 * Members of `siteConfig` that decide who may call an app or what it finds, and that nothing here follows. The
 * others say how Azure hosts it: sizes, versions, TLS.
 * https://learn.microsoft.com/azure/templates/microsoft.web/sites#siteconfig
 */
const unserved = new Set([
  'appcommandline',
  'azurestorageaccounts',
  'connectionstrings',
  'cors',
  'handlermappings',
  'ipsecurityrestrictions',
  'ipsecurityrestrictionsdefaultaction',
  'virtualapplications',
])

/** Refuses by its name what would be ignored; an empty value asks for nothing. */
export function checkSiteConfig(site: string, config: JsonObject): void {
  for (const [name, value] of Object.entries(config)) {
    if (!unserved.has(name.toLowerCase()) || isEmpty(value)) continue
    throw new ServiceError(
      'BadRequest',
      400,
      `The site '${site}': 'siteConfig.${name}' is not supported. Settings go into appSettings, CORS of this machine into local.settings.json.`,
    )
  }
}

function isEmpty(value: JsonValue): boolean {
  if (value === null || value === '' || value === 'Allow') return true
  return typeof value === 'object' && Object.keys(value).length === 0
}
