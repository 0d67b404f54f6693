import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { assertNotInUse } from '../store/sqlite/store-lock.ts'
import { parseStateArguments } from './arguments.ts'

/** `interline reset`: deletes the state of a stopped instance, and nothing that is not its own. */
export async function runReset(args: readonly string[]): Promise<number> {
  const { dataDir } = parseStateArguments(args)
  const store = join(dataDir, 'store.db')
  if (!existsSync(dataDir)) {
    process.stdout.write(`there is no state in ${dataDir}\n`)
    return 0
  }
  if (!existsSync(store) && readdirSync(dataDir).length > 0) {
    process.stderr.write(`${dataDir} is not a state folder of Interline: nothing was deleted\n`)
    return 1
  }
  assertNotInUse(store)
  rmSync(dataDir, { recursive: true })
  process.stdout.write(`deleted ${dataDir}\n`)
  return 0
}
