import { parseArgs, type ParseArgsConfig } from 'node:util'
import { join } from 'node:path'

/** State of an instance, where no `--data` says otherwise. */
const defaultDataDir = '.interline'

/** The arguments are wrong: the message says which. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export interface UpArguments {
  readonly dirs: readonly string[]
  readonly dataDir: string
  readonly port: number | undefined
  readonly host: string
  readonly demo: boolean
  readonly untilIdle: boolean
}

export function parseUpArguments(args: readonly string[]): UpArguments {
  const { values, positionals } = parse(args, {
    data: { type: 'string' },
    port: { type: 'string' },
    host: { type: 'string' },
    demo: { type: 'boolean' },
    'until-idle': { type: 'boolean' },
  })
  return {
    dirs: positionals.length > 0 ? positionals : ['.'],
    dataDir: dataDirOf(values),
    port: portOf(textOf(values['port'])),
    host: textOf(values['host']) ?? '127.0.0.1',
    demo: values['demo'] === true,
    untilIdle: values['until-idle'] === true,
  }
}

export function parseStatusArguments(args: readonly string[]): {
  readonly dataDir: string
  readonly json: boolean
} {
  const { values, positionals } = parse(args, {
    data: { type: 'string' },
    json: { type: 'boolean' },
  })
  noPositionals('status', positionals)
  return { dataDir: dataDirOf(values), json: values['json'] === true }
}

export function parseCheckArguments(args: readonly string[]): { readonly dirs: readonly string[] } {
  const { positionals } = parse(args, {})
  return { dirs: positionals.length > 0 ? positionals : ['.'] }
}

export function parseResetArguments(args: readonly string[]): { readonly dataDir: string } {
  const { values, positionals } = parse(args, { data: { type: 'string' } })
  noPositionals('reset', positionals)
  return { dataDir: dataDirOf(values) }
}

function parse(
  args: readonly string[],
  options: NonNullable<ParseArgsConfig['options']>,
): { values: Record<string, unknown>; positionals: string[] } {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

function noPositionals(command: string, positionals: readonly string[]): void {
  if (positionals.length === 0) return
  throw new UsageError(`${command} takes no folder: found '${positionals.join(' ')}'`)
}

function dataDirOf(values: Record<string, unknown>): string {
  return textOf(values['data']) ?? join(process.cwd(), defaultDataDir)
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new UsageError(`--port: expected a number from 0 to 65535, found '${text}'`)
}
