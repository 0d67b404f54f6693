import { abortCopy, copyBlob, copyBlobFromUrl, putBlobFromUrl } from './copy.ts'
import { notSupported } from './errors.ts'
import type { Operation } from './operation.ts'

const put = {
  level: 'blob',
  method: 'PUT',
  permission: { sas: 'cw', action: 'containers/blobs/write' },
} as const

/** Copies, told apart from other writes by their headers: they come first in the table. */
export const copyOperations: readonly Operation[] = [
  {
    ...put,
    name: 'Copy Blob From URL',
    comp: '',
    header: { name: 'x-ms-requires-sync', value: 'true' },
    handle: copyBlobFromUrl,
  },
  {
    ...put,
    name: 'Abort Copy Blob',
    comp: 'copy',
    header: { name: 'x-ms-copy-action', value: 'abort' },
    handle: abortCopy,
  },
  {
    ...put,
    name: 'Incremental Copy Blob',
    comp: 'incrementalcopy',
    handle: async () => {
      throw notSupported('Incremental copies')
    },
  },
]

/** Copies without a word of what they are. */
export const plainCopyOperations: readonly Operation[] = [
  {
    ...put,
    name: 'Put Blob From URL',
    comp: '',
    header: { name: 'x-ms-copy-source' },
    handle: (call) =>
      call.request.headers['x-ms-blob-type'] === undefined ? copyBlob(call) : putBlobFromUrl(call),
  },
]
