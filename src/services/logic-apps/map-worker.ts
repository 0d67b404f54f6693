/** The thread that transforms large documents; the map is read each time, since it may have changed. */
import { parentPort } from 'node:worker_threads'
import { Artifacts } from './artifacts.ts'
import { answerOf, compileMap, type MapAnswer, type MapRequest } from './map-request.ts'

parentPort?.on('message', ({ id, request }: { id: number; request: MapRequest }) => {
  parentPort?.postMessage({ id, answer: run(request) })
})

function run(request: MapRequest): MapAnswer {
  return answerOf(() => compileMap(new Artifacts(request.dir), request.map), request)
}
