import { isJsonObject, type JsonObject } from '../base/json.ts'
import { readEndpoints } from '../platform/endpoints.ts'
import { parseStateArguments } from './arguments.ts'

/** `interline status`: what runs on this state, and whether it answers. */
export async function runStatus(args: readonly string[]): Promise<number> {
  const { dataDir, json } = parseStateArguments(args)
  const endpoints = readEndpoints(dataDir)
  if (!endpoints || !isAlive(endpoints['pid'])) {
    process.stdout.write(json ? '{"state":"stopped"}\n' : `nothing runs on ${dataDir}\n`)
    return 1
  }
  const health = await healthOf(endpoints)
  if (json)
    process.stdout.write(`${JSON.stringify({ state: 'running', health, endpoints }, null, 2)}\n`)
  else print(endpoints, health)
  return Object.values(health).every((state) => state === 'ok') ? 0 : 1
}

function print(endpoints: JsonObject, health: Readonly<Record<string, string>>): void {
  process.stdout.write(`running, process ${String(endpoints['pid'])}\n`)
  process.stdout.write(`  console              ${String(endpoints['console'])}\n`)
  for (const [name, url] of Object.entries(functionsOf(endpoints))) {
    process.stdout.write(`  ${`functions ${name}`.padEnd(20)} ${String(url)}  ${health[name]}\n`)
  }
}

async function healthOf(endpoints: JsonObject): Promise<Record<string, string>> {
  const health: Record<string, string> = {}
  for (const [name, url] of Object.entries(functionsOf(endpoints))) {
    health[name] = await fetch(String(url)).then(
      (response) => (response.status < 500 ? 'ok' : `not serving (${response.status})`),
      () => 'does not answer',
    )
  }
  return health
}

function functionsOf(endpoints: JsonObject): JsonObject {
  const functions = endpoints['functions']
  return isJsonObject(functions) ? functions : {}
}

function isAlive(pid: unknown): boolean {
  if (typeof pid !== 'number') return false
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
