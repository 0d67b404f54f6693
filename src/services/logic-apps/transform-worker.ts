/** A thread of the pool of transformations: it takes one request after the other. */
import { parentPort } from 'node:worker_threads'
import { messageOf } from '../../base/errors.ts'
import type { ThreadAnswer } from './transform-pool.ts'
import type { TransformRequest } from './transform-request.ts'
import { Transforms } from './transforms.ts'

const transforms = new Transforms()

parentPort?.on('message', (request: TransformRequest) => {
  void answer(request)
})

async function answer(request: TransformRequest): Promise<void> {
  parentPort?.postMessage(await tried(request))
}

async function tried(request: TransformRequest): Promise<ThreadAnswer> {
  try {
    return { answer: await transforms.run(request) }
  } catch (error) {
    return { crash: messageOf(error) }
  }
}
