/**
 * Runs before anything else in a child process of the platform, in its worker threads and in the Node programs that it
 * forks. Nothing of it can fail an app: without a file of host names only servers are held to this machine.
 */
import { redirectHosts } from './host-redirect.ts'
import { holdToLoopback } from './loopback-only.ts'
import { hostsFileOf } from './preload-arguments.ts'

holdToLoopback()
const hostsFile = hostsFileOf(process.execArgv)
if (hostsFile !== undefined) redirectHosts(hostsFile)
