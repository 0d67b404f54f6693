import { ServiceError } from '../../base/errors.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { isJsonObject, objectMember, stringMember } from '../../base/json.ts'
import type {
  ResourceBody,
  ResourceProvider,
  ResourceRequest,
} from '../../engines/resources/resource-provider.ts'
import type { FunctionApps } from './service.ts'
import { checkSiteConfig } from './site-config.ts'
import { toSettings, type Site } from './site.ts'

/** Function apps as resources: https://learn.microsoft.com/azure/templates/microsoft.web/sites */
export function functionResources(apps: FunctionApps): readonly ResourceProvider[] {
  return [siteProvider(apps), configProvider(apps)]
}

function siteProvider(apps: FunctionApps): ResourceProvider {
  return {
    type: 'Microsoft.Web/sites',
    put: async (request) => {
      if (!isFunctionApp(request)) throw unsupportedKind(request)
      const name = nameOf(request.names)
      const config = objectMember(request.properties, 'siteConfig')
      checkSiteConfig(name, config)
      const declared = settingsOf(config['appSettings'])
      await apps.putSite({
        name,
        kind: request.kind ?? '',
        serviceName: stringMember(request.tags, 'azd-service-name'),
        settings: declared ?? apps.site(name)?.settings ?? {},
      })
      return siteBody(request)
    },
    delete: async (names) => apps.deleteSite(nameOf(names)),
    actions: {
      'host/default/listKeys': async (names) => apps.hostKeys(nameOf(names)),
    },
  }
}

/** `sites/config` named `appsettings` holds the settings that are not inside the site itself. */
function configProvider(apps: FunctionApps): ResourceProvider {
  return {
    type: 'Microsoft.Web/sites/config',
    put: async (request) => {
      const [siteName = '', config = ''] = request.names
      const site = existingSite(apps, siteName)
      if (config.toLowerCase() === 'appsettings') {
        await apps.putSite({ ...site, settings: toSettings(request.properties) })
      } else if (config.toLowerCase() === 'web') {
        checkSiteConfig(siteName, request.properties)
      } else if (!inertConfigs.has(config.toLowerCase())) {
        throw new ServiceError(
          'BadRequest',
          400,
          `The site configuration '${config}' is not supported.`,
        )
      }
      return { properties: request.properties }
    },
    delete: async ([siteName = '', config = '']) => {
      const site = existingSite(apps, siteName)
      if (config.toLowerCase() === 'appsettings') await apps.putSite({ ...site, settings: {} })
    },
    actions: {
      list: async ([siteName = '']) => ({
        properties: { ...existingSite(apps, siteName).settings },
      }),
    },
  }
}

/** They say nothing about how an app runs on this machine. */
const inertConfigs = new Set(['logs', 'metadata', 'slotconfignames'])

function isFunctionApp(request: ResourceRequest): boolean {
  return (request.kind ?? '').toLowerCase().split(',').includes('functionapp')
}

function unsupportedKind(request: ResourceRequest): ServiceError {
  return new ServiceError(
    'BadRequest',
    400,
    `The site '${nameOf(request.names)}' has the kind '${request.kind ?? ''}': only 'functionapp' runs here.`,
  )
}

function existingSite(apps: FunctionApps, name: string): Site {
  const site = apps.site(name)
  if (site) return site
  throw new ServiceError('ResourceNotFound', 404, `The site '${name}' was not found.`)
}

/** `appSettings` of a site: a list of names and values. */
function settingsOf(value: JsonValue | undefined): Record<string, string> | undefined {
  if (!Array.isArray(value)) return undefined
  const settings: JsonObject = {}
  for (const entry of value) {
    const name = isJsonObject(entry) ? stringMember(entry, 'name') : undefined
    if (name !== undefined && isJsonObject(entry)) settings[name] = entry['value'] ?? ''
  }
  return toSettings(settings)
}

function siteBody(request: ResourceRequest): ResourceBody {
  const host = `${nameOf(request.names)}.azurewebsites.net`
  return {
    properties: {
      ...request.properties,
      state: 'Running',
      enabled: true,
      defaultHostName: host,
      hostNames: [host],
      enabledHostNames: [host, host.replace('.', '.scm.')],
      outboundIpAddresses: '127.0.0.1',
      possibleOutboundIpAddresses: '127.0.0.1',
    },
  }
}

function nameOf(names: readonly string[]): string {
  return names[0] ?? ''
}
