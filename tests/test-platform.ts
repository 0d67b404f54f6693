import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { newLogger } from '../src/base/logger.ts'
import { startPlatform, type Platform } from '../src/platform/platform.ts'

/** The state folder of one test, deleted after it. */
export function newDataDir(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'interline-test-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** A real instance on free ports, stopped after the test. */
export async function startForTest(
  t: TestContext,
  options: { projects: readonly string[]; dataDir?: string },
): Promise<Platform> {
  const platform = await startPlatform({
    projects: options.projects,
    dataDir: options.dataDir ?? newDataDir(t),
    port: 0,
    logger: newLogger({ name: 'test', level: process.env['INTERLINE_LOG_LEVEL'] ?? 'silent' }),
  })
  t.after(() => platform.stop())
  return platform
}
