import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { DataLakeServiceClient, StorageSharedKeyCredential } from '@azure/storage-file-datalake'
import { RealClock } from '../../../src/base/clock.ts'
import { openStorage } from '../../../src/services/storage/storage-fixture.ts'
import { refusal } from './blob-client.ts'

/** The official client at `stlake.dfs.core.windows.net`; its calls go to the service of the test. */
async function openLake(t: TestContext) {
  const fixture = await openStorage(t, { clock: new RealClock() })
  const { storage, port, account } = fixture
  const lake = { ...storage.accounts.get(account), name: 'stlake', isHierarchical: true }
  await storage.accounts.put(lake)
  const credential = new StorageSharedKeyCredential('stlake', fixture.key)
  const service = new DataLakeServiceClient('http://stlake.dfs.core.windows.net', credential, {
    proxyOptions: { host: 'http://127.0.0.1', port },
    retryOptions: { maxTries: 1 },
  })
  const filesystem = service.getFileSystemClient('capture')
  await filesystem.create()
  return { ...fixture, lake, service, filesystem }
}

test('a file is created, appended to, flushed and read', async (t) => {
  const { filesystem } = await openLake(t)
  const file = filesystem.getFileClient('2026/01/events.json')
  await file.create({
    pathHttpHeaders: { contentType: 'application/json' },
    metadata: { of: 'hub' },
  })
  await file.append('[1,', 0, 3)
  await file.append('2]', 3, 2)
  assert.equal((await file.readToBuffer()).toString(), '')
  assert.equal(await refusal(file.flush(9)), '400 InvalidFlushPosition')
  await file.flush(5, { close: true })
  assert.equal((await file.readToBuffer()).toString(), '[1,2]')
  await file.append(',3', 5, 2)
  await file.flush(7)
  assert.equal((await file.readToBuffer()).toString(), '[1,2],3')
  const properties = await file.getProperties()
  assert.equal(properties.contentType, 'application/json')
  assert.deepEqual(properties.metadata, { of: 'hub' })
  await file.upload(Buffer.alloc(3_000_000, 'x'), { chunkSize: 1_000_000 })
  assert.equal((await file.getProperties()).contentLength, 3_000_000)
})

test('directories are real: they are listed, renamed with what they hold, and deleted', async (t) => {
  const { filesystem } = await openLake(t)
  const file = filesystem.getFileClient('a/b/one.txt')
  await file.upload(Buffer.from('one'))
  await filesystem.getDirectoryClient('a/empty').create()
  const names = async (options = {}) => {
    const found: string[] = []
    for await (const path of filesystem.listPaths(options)) {
      found.push(`${path.name}${path.isDirectory === true ? '/' : ''}`)
    }
    return found
  }
  assert.deepEqual(await names({ recursive: true }), ['a/', 'a/b/', 'a/b/one.txt', 'a/empty/'])
  assert.deepEqual(await names(), ['a/'])
  assert.deepEqual(await names({ path: 'a' }), ['a/b/', 'a/empty/'])
  assert.equal(await refusal(names({ path: 'none' })), '404 PathNotFound')
  const directory = filesystem.getDirectoryClient('a')
  await directory.move('moved')
  assert.deepEqual(await names({ recursive: true }), [
    'moved/',
    'moved/b/',
    'moved/b/one.txt',
    'moved/empty/',
  ])
  const moved = filesystem.getFileClient('moved/b/one.txt')
  assert.equal((await moved.readToBuffer()).toString(), 'one')
  await moved.move('two.txt')
  assert.equal(await refusal(moved.move('none/x.txt')), '404 SourcePathNotFound')
  const parent = filesystem.getFileClient('two.txt').move('none/x.txt')
  assert.equal(await refusal(parent), '404 RenameDestinationParentPathNotFound')
  const full = filesystem.getDirectoryClient('moved')
  assert.equal(await refusal(full.delete()), '409 DirectoryNotEmpty')
  await full.delete(true)
  assert.deepEqual(await names({ recursive: true }), ['two.txt'])
})

test('access control is kept and given back', async (t) => {
  const { filesystem } = await openLake(t)
  const file = filesystem.getFileClient('f')
  await file.create({ permissions: '0640', umask: '0000' })
  await file.setPermissions({
    owner: { read: true, write: true, execute: true },
    group: { read: true, write: false, execute: false },
    other: { read: false, write: false, execute: false },
    stickyBit: false,
    extendedAcls: false,
  })
  const access = await file.getAccessControl()
  assert.equal(access.owner, '$superuser')
  assert.equal(access.permissions?.owner.execute, true)
  assert.equal(access.permissions?.other.read, false)
  for (const name of ['d/one', 'd/two', 'd/e/three']) await filesystem.getFileClient(name).create()
  const directory = filesystem.getDirectoryClient('d')
  const rights = { read: true, write: false, execute: true }
  const entry = { accessControlType: 'user', entityId: 'someone', defaultScope: false } as const
  const changed = await directory.updateAccessControlRecursive(
    [{ ...entry, permissions: rights }],
    { batchSize: 2 },
  )
  assert.equal(changed.counters.changedFilesCount, 3)
  assert.equal(changed.counters.changedDirectoriesCount, 2)
  const one = filesystem.getFileClient('d/e/three')
  const named = async () =>
    (await one.getAccessControl()).acl.filter(({ entityId }) => entityId === 'someone')
  assert.deepEqual(await named(), [{ ...entry, permissions: rights }])
  await directory.removeAccessControlRecursive([entry])
  assert.deepEqual(await named(), [])
})

test('paths are listed page by page', async (t) => {
  const { filesystem } = await openLake(t)
  for (const name of ['a', 'b', 'c', 'd', 'e']) await filesystem.getFileClient(name).create()
  const pages: string[] = []
  for await (const { pathItems = [] } of filesystem.listPaths().byPage({ maxPageSize: 2 })) {
    pages.push(pathItems.map(({ name }) => name).join(''))
  }
  assert.deepEqual(pages, ['ab', 'cd', 'e'])
})

test('both endpoints show the same', async (t) => {
  const { filesystem, storage, lake } = await openLake(t)
  const name = { account: lake.name, container: 'capture', name: 'x/y/z.txt' }
  await storage.containers.get(lake.name, 'capture')
  const file = filesystem.getFileClient('x/y/z.txt')
  await file.upload(Buffer.from('same'))
  assert.equal((await storage.findBlob(name))?.length, 4)
  const directory = await storage.findBlob({ ...name, name: 'x/y' })
  assert.equal(directory?.metadata['hdi_isfolder'], 'true')
  assert.equal(await filesystem.getDirectoryClient('x').exists(), true)
  const below = filesystem.getFileClient('x/y/z.txt/w').create()
  assert.equal(await refusal(below), '409 PathConflict')
  await filesystem.setMetadata({ kept: 'yes' })
  assert.deepEqual((await filesystem.getProperties()).metadata, { kept: 'yes' })
})
