import type { AppFolder } from './app-folder.ts'

/** Variables of the machine that an app may need; everything else it gets from its settings. */
const inherited = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'LC_ALL', 'TZ', 'USER', 'SystemRoot', 'TEMP']

/** The environment of a worker: the machine's essentials, what the real host sets, then the app's settings. */
export function workerEnvironment(
  app: { readonly name: string; readonly environment: Readonly<Record<string, string>> },
  folder: AppFolder,
): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const name of inherited) {
    const value = process.env[name]
    if (value !== undefined) environment[name] = value
  }
  return {
    ...environment,
    FUNCTIONS_WORKER_RUNTIME: 'node',
    FUNCTIONS_EXTENSION_VERSION: '~4',
    AZURE_FUNCTIONS_ENVIRONMENT: 'Development',
    WEBSITE_SITE_NAME: app.name,
    WEBSITE_INSTANCE_ID: '0',
    ...app.environment,
    ...folder.settings.environment,
  }
}
