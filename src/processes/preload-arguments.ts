import { fileURLToPath } from 'node:url'

// A module that is only a comment: it does nothing but carry the name of the file.
const carrier = '--import=data:text/javascript,//hosts='

/**
 * The options of Node that run `preload.ts` first and tell it which file names the hosts that are served here.
 * Options, because threads and forked programs inherit them whatever environment an app gives those; `--require`,
 * because `--import` does not reach code that a thread is given as text.
 */
export function preloadArguments(hostsFile: string | undefined): readonly string[] {
  const script = fileURLToPath(new URL('preload.js', import.meta.url))
  const hosts = hostsFile === undefined ? [] : [`${carrier}${encodeURIComponent(hostsFile)}`]
  return [`--require=${script}`, ...hosts]
}

/** The file that the options of this process name. */
export function hostsFileOf(options: readonly string[]): string | undefined {
  const option = options.find((each) => each.startsWith(carrier))
  return option === undefined ? undefined : decodeURIComponent(option.slice(carrier.length))
}
