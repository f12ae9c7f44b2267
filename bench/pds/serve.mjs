// A PDS for bench/pds.py: serve.mjs FOLDER PORT DIRECTORY. On loopback alone, open to whoever joins; it ends at SIGTERM.
import { PDS } from '@atproto/pds'

const [folder, port, directory] = process.argv.slice(2)

await PDS.run({
  env: {
    port: Number(port),
    // A name that needs no TLS here, and none that anybody asks for.
    hostname: 'pds.test',
    dataDirectory: folder,
    blobstoreDiskLocation: `${folder}/blobs`,
    blobUploadLimit: 64 << 20,
    didPlcUrl: directory,
    inviteRequired: false,
    // Nothing is kept: secrets that stay the same, so that a folder can be served again.
    plcRotationKeyK256PrivateKeyHex: '1f'.repeat(32),
    dpopSecret: '2e'.repeat(32),
    jwtSecret: 'secret-of-the-benchmark',
    adminPassword: 'password-of-the-benchmark',
  },
  onCreated(pds) {
    const listen = pds.app.listen.bind(pds.app)
    pds.app.listen = (port) => listen(port, '127.0.0.1')
  },
  onStarted() {
    console.log(`http://127.0.0.1:${port}`)
  },
})
