import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { redirectHosts } from '../../src/processes/host-redirect.ts'
import type { Platform } from '../../src/platform/platform.ts'
import { newDataDir, startForTest } from '../test-platform.ts'

/**
 * An instance whose Azure names this process reaches as a function app does, so that clients run unmodified: with
 * TLS, with Azure's addresses, with their own credentials. Each of these test files has a process of its own.
 */
export async function startWithAzureNames(t: TestContext, project: string): Promise<Platform> {
  const dataDir = newDataDir(t)
  const platform = await startForTest(t, { projects: [project], dataDir })
  redirectHosts(join(dataDir, 'hosts.json'))
  return platform
}
