import { resolve } from 'node:path'
import { deleteState } from '../platform/state-folder.ts'
import { parseResetArguments } from './arguments.ts'

/** `interline reset`: deletes the state of a stopped instance, and nothing that is not its own. */
export async function runReset(args: readonly string[]): Promise<number> {
  const { dataDir } = parseResetArguments(args)
  const deleted = deleteState(resolve(dataDir))
  switch (deleted.kind) {
    case 'absent':
      process.stdout.write(`there is no state in ${dataDir}\n`)
      return 0
    case 'foreign':
      process.stderr.write(`${dataDir} is not a state folder of Interline: nothing was deleted\n`)
      return 1
    case 'deleted': {
      const { left } = deleted
      const rest = left.length === 0 ? '' : `; not its own and left there: ${left.join(', ')}`
      process.stdout.write(`deleted the state in ${dataDir}${rest}\n`)
      return 0
    }
  }
}
