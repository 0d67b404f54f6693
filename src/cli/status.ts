import { readEndpoints, type Endpoints } from '../platform/endpoints.ts'
import { parseStatusArguments } from './arguments.ts'

/** `interline status`: what runs on this state, and whether it answers. */
export async function runStatus(args: readonly string[]): Promise<number> {
  const { dataDir, json } = parseStatusArguments(args)
  const endpoints = readEndpoints(dataDir)
  if (!endpoints || !isAlive(endpoints.pid)) {
    process.stdout.write(json ? '{"state":"stopped"}\n' : `nothing runs on ${dataDir}\n`)
    return 1
  }
  const health = await healthOf(endpoints)
  if (json)
    process.stdout.write(`${JSON.stringify({ state: 'running', health, endpoints }, null, 2)}\n`)
  else print(endpoints, health)
  return Object.values(health).every((state) => state === 'ok') ? 0 : 1
}

function print(endpoints: Endpoints, health: Readonly<Record<string, string>>): void {
  const lines = [
    ['console', endpoints.console],
    ...Object.entries(endpoints.functions).map(([name, url]) => [name, `${url}  ${health[name]}`]),
  ]
  const width = Math.max(...lines.map(([name = '']) => name.length))
  process.stdout.write(`running, process ${endpoints.pid}\n`)
  for (const [name = '', value = ''] of lines)
    process.stdout.write(`  ${name.padEnd(width)}  ${value}\n`)
}

async function healthOf(endpoints: Endpoints): Promise<Record<string, string>> {
  const health: Record<string, string> = {}
  for (const [name, url] of Object.entries(endpoints.functions)) {
    health[name] = await fetch(url).then(
      (response) => (response.status < 500 ? 'ok' : `not serving (${response.status})`),
      () => 'does not answer',
    )
  }
  return health
}

function isAlive(pid: number): boolean {
  if (pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
